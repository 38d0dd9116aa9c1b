// What the scripts share: the browser, and pages that pgwrite has really written.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { chromium } = createRequire(import.meta.url)(process.env.PLAYWRIGHT);

export const work = mkdtempSync(path.join(tmpdir(), 'pgwrite-browser-'));
const pgwrite = path.resolve(process.env.PGWRITE);

// Runs pgwrite in the scripts' folder; an exit code of 1 is a verdict, not a failure of pgwrite.
export function run(...args) {
    try {
        execFileSync(pgwrite, args, { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
        if (error.status !== 1) throw new Error(`pgwrite ${args.join(' ')}: ${error.stderr}`);
    }
}

// A browser with a profile of its own.
export async function launch(profile = 'profile', options = {}) {
    return chromium.launchPersistentContext(path.join(work, profile), {
        ...options,
        executablePath: process.env.CHROMIUM, headless: true, chromiumSandbox: false,
        viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce',
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
}

export const urlOf = (file) => pathToFileURL(path.resolve(work, file)).href;

export function cleanUp() {
    rmSync(work, { recursive: true, force: true });
}
