// Takes the pictures of a report of the quickstart that the documentation shows.
//   scripts/browser tests/browser/screenshots.mjs FOLDER [light|dark [PAGE]]
import { statSync } from 'node:fs';
import path from 'node:path';
import { cleanUp, launch, run, urlOf } from './page.mjs';

const [folder, scheme = 'light', page = ''] = process.argv.slice(2);
const file = page || 'report.html';
const suffix = scheme === 'light' ? '' : `-${scheme}`;
let context;
try {
    if (!page)
        run('run', 'events', '--path', 'insert,multirow,pipeline,copy-text', '--duration', '5s',
            '--interval', '200ms', '--throwaway', '--html', file);
    context = await launch();
    for (const width of [1280, 390]) {
        const tab = await context.newPage();
        await tab.setViewportSize({ width, height: width === 1280 ? 2400 : 2000 });
        await tab.emulateMedia({ colorScheme: scheme });
        await tab.goto(page ? urlOf(path.resolve(page)) : urlOf(file));
        const picture = path.join(folder, `report-${width}${suffix}.png`);
        await tab.screenshot({ path: picture, fullPage: Boolean(page) });
        console.log(`${picture}: ${Math.round(statSync(picture).size / 1000)} kB`);
        await tab.close();
    }
} finally {
    await context?.close();
    cleanUp();
}
