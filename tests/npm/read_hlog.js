// node read_hlog.js LOG JSON: whether the log, by HdrHistogram's own reader, says what the JSON says.
'use strict';

const fs = require('fs');
const hdr = require('hdr-histogram-js');

const [log, json] = process.argv.slice(2).map((file) => fs.readFileSync(file, 'utf8'));
const reader = new hdr.HistogramLogReader(log);
const found = new Map();
for (let h = reader.nextIntervalHistogram(); h; h = reader.nextIntervalHistogram()) {
    found.set(h.tag, h);
}

let compared = 0;
const faults = [];

// The JSON is in µs and has the middle of a bucket, the reader its upper end: 3 digits, 1,024 ns at
// least.
function near(what, ns, us, buckets = 1) {
    const expected = us * 1000;
    compared++;
    if (Math.abs(ns - expected) > buckets * Math.max(1024, expected / 1000)) {
        faults.push(`${what} is ${ns} ns, and ${expected} ns in the JSON`);
    }
}

const percentiles = {p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9};
for (const cell of JSON.parse(json).cells) {
    cell.rounds.forEach((round, number) => {
        const several = cell.rounds.length > 1 ? `#${number + 1}` : '';
        for (const [name, latency] of Object.entries(round.latency)) {
            const tag = `${cell.path}/${cell.pool}/${cell.batch}${several}:${name}`;
            const h = found.get(tag);
            found.delete(tag);
            if (!latency !== !h) {
                faults.push(`${tag} is in one of them alone`);
            }
            if (!latency || !h) {
                continue;
            }
            if (h.totalCount !== latency.count) {
                faults.push(`${tag} has ${h.totalCount} values, and ${latency.count} in the JSON`);
            }
            // The reader adds a bucket to the upper end of the highest one.
            near(`${tag} max`, h.maxValue, latency.max, 2);
            near(`${tag} mean`, h.mean, latency.mean);
            for (const [key, percentile] of Object.entries(percentiles)) {
                near(`${tag} ${key}`, h.getValueAtPercentile(percentile), latency[key]);
            }
        }
    });
}
for (const tag of found.keys()) {
    faults.push(`${tag} is not in the JSON`);
}
faults.forEach((fault) => console.error(`read_hlog: ${fault}`));
console.log(`${compared} figures compared, ${faults.length} faults`);
process.exit(faults.length === 0 && compared > 0 ? 0 : 1);
