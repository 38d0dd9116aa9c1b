// The HTML report in a real browser: it draws, says what it shows, needs no network, and is still a
// report without a script. Prints TAP.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cleanUp, launch, run, urlOf, work } from './page.mjs';

const stages = `
schema: ${new URL('../../schemas/events.sql', import.meta.url).pathname}
load:
  path: [insert, multirow, prepared, pipeline]
  pool: [1, 2]
stages:
  - {name: calm, for: 400ms, rate: 100/s}
  - {name: busy, for: 400ms, rate: 200/s}
  - {name: calm again, for: 400ms, rate: 100/s}
gauges: {answer: SELECT 42}
`;
const builtPage = (name) => execFileSync(path.join(path.resolve(process.env.PGWRITE_BUILD), 'tests',
    name), { maxBuffer: 1 << 26 });

let count = 0, failed = 0, context;
async function test(name, check) {
    count++;
    try {
        await check();
        console.log(`ok ${count} - ${name}`);
    } catch (error) {
        failed++;
        console.log(`not ok ${count} - ${name}`);
        console.log(String(error.stack).replace(/^/gm, '# '));
    }
}

// A page, and what it complained of or asked the network for.
async function open(file, { width = 1280, scheme = 'light' } = {}) {
    const page = await context.newPage();
    page.complaints = [];
    page.on('console', (message) => page.complaints.push(message.text()));
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    page.on('request', (request) => {
        if (request.url() !== urlOf(file)) page.complaints.push(`request: ${request.url()}`);
    });
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(urlOf(file));
    return page;
}

// Colours of each canvas that is shown: a line or a bar is of more than ink and grid.
const colours = (page) => page.evaluate(() =>
    [...document.querySelectorAll('canvas')].filter((canvas) => canvas.offsetParent).map((canvas) => {
        const seen = new Map();
        // A copy: the browser complains if what is drawn on the screen is read often.
        const copy = new OffscreenCanvas(canvas.width, canvas.height)
            .getContext('2d', { willReadFrequently: true });
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) {
            const [r, g, b, a] = data.subarray(i, i + 4);
            if (a === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 60)
                seen.set(`${r},${g},${b}`, (seen.get(`${r},${g},${b}`) ?? 0) + 1);
        }
        return [...seen].filter(([, pixels]) => pixels > 20).map(([name]) => name);
    }));

// The page hears of another scheme or medium when it draws its next frame.
async function emulate(page, media) {
    await page.emulateMedia(media);
    await page.evaluate(() => new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(done))));
}

const tooltipOf = (page, number) => page.evaluate((n) => {
    const canvas = [...document.querySelectorAll('canvas')].filter((one) => one.offsetParent)[n];
    const { tooltip } = Chart.getChart(canvas);
    return { opacity: tooltip.opacity, title: tooltip.title.join(),
        lines: tooltip.body.flatMap((part) => part.lines) };
}, number);

async function checkPage(file, cells) {
    await test(`${file}: empty console, no request, all charts draw`, async () => {
        const page = await open(file);
        const drawn = await colours(page);
        assert.ok(drawn.length >= 4, `${drawn.length} charts`);
        for (const each of drawn) assert.ok(each.length >= 1, JSON.stringify(drawn));
        assert.ok(drawn.some((each) => each.length >= 2));
        assert.deepEqual(page.complaints, []);
        await page.close();
    });
    await test(`${file}: hovering names value and unit`, async () => {
        const page = await open(file);
        const canvases = await page.locator('canvas:visible').all();
        for (let i = 0; i < canvases.length; i++) {
            const box = await canvases[i].boundingBox();
            await canvases[i].hover({ position: { x: box.width * 0.3, y: box.height * 0.45 } });
            await page.waitForFunction((n) => Chart.getChart([...document.querySelectorAll('canvas')]
                .filter((one) => one.offsetParent)[n]).getActiveElements().length > 0, i);
            const shown = await tooltipOf(page, i);
            assert.notEqual(shown.title, '');
            for (const line of shown.lines) assert.match(line, /: (–|−?[\d,.]+)/);
        }
        assert.deepEqual(page.complaints, []);
        await page.close();
    });
    await test(`${file}: a cell can be chosen`, async () => {
        const page = await open(file);
        const select = page.locator('.choose select').last();
        assert.equal(await select.locator('option').count(), cells);
        const before = await page.locator('canvas:visible').last().getAttribute('id');
        await select.selectOption({ index: cells - 1 });
        assert.notEqual(await page.locator('canvas:visible').last().getAttribute('id'), before);
        for (const each of await colours(page)) assert.ok(each.length >= 1);
        await page.close();
    });
    await test(`${file}: no sideways scrolling at 390 px`, async () => {
        const page = await open(file, { width: 390 });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        await page.close();
    });
    await test(`${file}: tables and a picture without a script`, async () => {
        const browser = await launch('plain', { javaScriptEnabled: false });
        const page = await browser.newPage();
        await page.goto(urlOf(file));
        assert.ok(await page.locator('svg').first().isVisible());
        assert.ok(await page.locator('figure.chart table').first().isVisible());
        assert.equal(await page.locator('canvas:visible').count(), 0);
        await browser.close();
    });
}

async function checkKeys(file) {
    await test(`${file}: keys reach terms, legend and points`, async () => {
        const page = await open(file);
        await page.locator('.term').first().focus();
        assert.ok(await page.evaluate(() => document.activeElement.matches('.term')));
        const button = page.locator('.chart-legend button').first();
        await button.focus();
        await page.keyboard.press('Space');
        assert.equal(await button.getAttribute('aria-pressed'), 'false');
        assert.equal(await page.evaluate(() => Chart.getChart(document.querySelector('canvas'))
            .isDatasetVisible(0)), false);
        await page.keyboard.press('Enter');
        assert.equal(await button.getAttribute('aria-pressed'), 'true');
        await page.locator('canvas').first().focus();
        await page.keyboard.press('ArrowRight');
        assert.match((await tooltipOf(page, 0)).lines[0], /: /);
        await page.close();
    });
    await test(`${file}: the dark scheme has colours of its own, and paper is light`, async () => {
        const page = await open(file);
        const light = await colours(page);
        await emulate(page, { colorScheme: 'dark' });
        const dark = await colours(page);
        light.forEach((each, i) => assert.notDeepEqual(dark[i], each));
        await emulate(page, { colorScheme: 'dark', media: 'print' });
        assert.ok((await colours(page))[0].some((one) => light[0].includes(one)));
        const pdf = await page.pdf();
        assert.ok(pdf.length > 20000);
        assert.deepEqual(page.complaints, []);
        await page.close();
    });
}

// What is painted where a chart's figures lie: the pixel at [x, y] in values of the axes, nudged by
// pixels, differs from the paper.
const painted = (page, title, spots) => page.evaluate(([name, places]) => {
    const data = JSON.parse(document.getElementById('charts').textContent)
        .find((one) => one.title === name);
    const chart = Chart.getChart(data.id), { x, y } = chart.scales, { canvas } = chart;
    const ratio = canvas.width / canvas.clientWidth;
    const copy = new OffscreenCanvas(canvas.width, canvas.height)
        .getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    return places.map(([atX, atY, dx, dy]) => {
        const [left, top] = [x.getPixelForValue(atX) + dx, y.getPixelForValue(atY) + dy];
        const inside = left >= chart.chartArea.left - 1 && left <= chart.chartArea.right + 1;
        const size = Math.ceil(9 * ratio);
        // Of a dashed line 9 pixels hold a dash.
        const { data: pixels } = copy.getImageData(Math.round((left - 0.5) * ratio),
            Math.round((top - 4) * ratio), 1, size);
        let dark = 0;
        for (let i = 0; i < pixels.length; i += 4)
            if (pixels[i + 3] > 120 && Math.min(...pixels.subarray(i, i + 3)) < 120) dark++;
        return inside && dark > 0;
    });
}, [title, spots]);

async function checkIntervals() {
    const file = 'ab.html', title = 'Intervals and margin';
    const html = builtPage('ab_page').toString();
    writeFileSync(path.join(work, file), html);
    await test('an interval is drawn to both of its ends, far from its bar', async () => {
        const page = await open(file);
        // 6 pixels to the left of an end is the line, 6 to its right nothing but paper.
        assert.deepEqual(await painted(page, title, [[80, 0, 0, 0], [80, 0, -6, 0], [-90, 0, 0, 0],
            [-90, 0, 6, 0], [-90, 0, -6, 0]]), [true, true, true, true, false]);
        assert.deepEqual(page.complaints, []);
        await page.close();
    });
    await test('a margin is a line on each side, and the legend has its name', async () => {
        const page = await open(file);
        assert.deepEqual(await painted(page, title, [[5, 0, 0, 15], [-5, 0, 0, 15], [25, 0, 0, 15]]),
            [true, true, false]);
        const names = await page.locator('.chart-legend button').allTextContents();
        assert.ok(names.some((name) => name.startsWith('margin: ±')), names.join());
        await page.close();
    });
    await test('a mark with two ends has a line at each', async () => {
        const wide = html.replace(/"from":-5,"to":null/, '"from":-70,"to":-40');
        assert.notEqual(wide, html);
        writeFileSync(path.join(work, 'band.html'), wide);
        const page = await open('band.html');
        assert.deepEqual(await painted(page, title, [[-70, 0, 0, 15], [-40, 0, 0, 15],
            [-55, 0, 0, 15]]), [true, true, false]);
        await page.close();
    });
}

async function checkPaper() {
    await test('paper has all cells, the screen the chosen one again', async () => {
        const page = await open('stages.html');
        const shown = () => page.locator('.choice:visible').count();
        const before = await shown();
        await emulate(page, { media: 'print' });
        assert.equal(await shown(), await page.locator('.choice').count());
        for (const each of await colours(page)) assert.ok(each.length >= 1);
        await emulate(page, { media: 'screen' });
        assert.equal(await shown(), before);
        await page.close();
    });
    await test('a gauge has a chart with its value', async () => {
        const page = await open('stages.html');
        const values = await page.evaluate(() => JSON.parse(document.getElementById('charts')
            .textContent).filter((chart) => chart.title.startsWith('Gauge answer'))
            .map((chart) => Chart.getChart(chart.id)?.data.datasets[0].data.map((one) => one.y)));
        assert.equal(values.length, 8);
        assert.ok(values[0].includes(42), JSON.stringify(values[0]));
        await page.close();
    });
}

async function checkNames() {
    await test('long names and their figures stay apart at 390 px', async () => {
        const name = 'a result with quite a long <name> & more of it.json';
        copyFileSync(path.join(work, 'quickstart.json'), path.join(work, name));
        run('report', 'quickstart.json', name, '--html', 'two.html');
        const page = await open('two.html', { width: 390 });
        const apart = await page.evaluate(() => [...document.querySelectorAll('.bars g')].map((bar) => {
            const [left, right] = [...bar.querySelectorAll('text')]
                .map((text) => text.getBoundingClientRect());
            return left.right < innerWidth && (left.right < right.left || left.bottom <= right.top);
        }));
        assert.deepEqual(apart, [true, true, true, true]);
        await page.close();
    });
}

async function checkLong() {
    const file = 'long.html';
    writeFileSync(path.join(work, file), builtPage('long_page'));
    await test('half an hour of 8 cells is a file below 2 MB', () =>
        assert.ok(statSync(path.join(work, file)).size < 2e6));
    await test('half an hour of 8 cells is drawn in a second', async () => {
        const page = await open(file);
        const ms = await page.evaluate(() => performance.getEntriesByName('charts')[0].duration);
        console.log(`# drawn in ${Math.round(ms)} ms`);
        // Other programs may run beside: the bound is for what is too slow by its nature.
        assert.ok(ms < 3000, `${ms} ms`);
        assert.deepEqual(page.complaints, []);
        await page.close();
    });
    await test('checkpoints and errors are marked, however long the run', async () => {
        const page = await open(file);
        const kinds = await page.evaluate(() => JSON.parse(document.getElementById('charts')
            .textContent).find((chart) => chart.title.startsWith('Throughput')).marks
            .map((mark) => mark.kind));
        assert.equal(kinds.filter((kind) => kind === 'checkpoint').length, 6);
        assert.equal(kinds.filter((kind) => kind === 'error').length, 4);
        await page.close();
    });
}

try {
    writeFileSync(path.join(work, 'stages.yaml'), stages);
    run('run', 'events', '--path', 'insert,pipeline', '--duration', '1s', '--warmup', '200ms',
        '--interval', '200ms', '--throwaway', '--html', 'quickstart.html', '--json',
        'quickstart.json');
    run('run', 'stages.yaml', '--interval', '200ms', '--ceiling', 'off', '--throwaway', '--html',
        'stages.html');
    context = await launch('profile', { offline: true });
    await checkPage('quickstart.html', 2);
    await checkPage('stages.html', 8);
    await checkKeys('quickstart.html');
    await test('stages are bands', async () => {
        const text = readFileSync(path.join(work, 'stages.html'), 'utf8');
        assert.match(text, /"label": ?"calm again"/);
    });
    await checkIntervals();
    await checkPaper();
    await checkNames();
    await checkLong();
} finally {
    await context?.close();
    cleanUp();
}
console.log(`1..${count}`);
process.exitCode = failed ? 1 : 0;
