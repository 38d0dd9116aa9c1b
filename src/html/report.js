/*
 * Draws the charts of the page: the shape of their data is in src/html/chart.h. Needs Chart.js 3;
 * where that is not there, the page stays as it is, with its tables.
 */
(function () {
    'use strict';

    const holder = document.getElementById('charts');
    if (!holder || typeof Chart === 'undefined') return;

    /* After Okabe and Ito: told apart by people with any kind of colour blindness. The second of a
     * pair is for dark paper. */
    const hues = [
        ['#0072b2', '#4aa8e8'], ['#e69f00', '#f2b632'], ['#009e73', '#26c79a'],
        ['#b3568f', '#e08fc2'], ['#7a5cc4', '#ab94f0'], ['#d55e00', '#ff8a3d'],
        ['#3aa0d8', '#8ad0ff'], ['#8a7a00', '#d8cc3c'], ['#767676', '#a8a8a8'],
    ];
    const inks = {
        light: {
            text: '#333a40', faint: '#6b747c', grid: '#e3e6e8', paper: '#ffffff',
            band: 'rgba(0,0,0,0.035)', checkpoint: 'rgba(213,94,0,0.13)', edge: '#b34f00',
            error: '#c40026', limit: '#c40026', change: '#5b4aa8',
        },
        dark: {
            text: '#d7dce0', faint: '#9aa4ac', grid: '#30363c', paper: '#1b1f23',
            band: 'rgba(255,255,255,0.045)', checkpoint: 'rgba(255,138,61,0.20)', edge: '#ff9a57',
            error: '#ff6b7f', limit: '#ff6b7f', change: '#b6a6ff',
        },
    };

    const dark = matchMedia('(prefers-color-scheme: dark)');
    const paper = matchMedia('print');
    let printing = false;
    const drawn = [];
    const ink = () => inks[dark.matches && !printing ? 'dark' : 'light'];
    const colour = (data, number) =>
        hues[(data.series[number].hue ?? number) % hues.length][dark.matches && !printing ? 1 : 0];

    /* ---- numbers ---- */

    const digits = (value, most) =>
        new Intl.NumberFormat('en', { maximumSignificantDigits: most }).format(value)
            .replace('-', '−');
    const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
    function number(value) {
        if (value === null || value === undefined || Number.isNaN(value)) return '–';
        return Math.abs(value) >= 1000 ? whole.format(value).replace('-', '−') : digits(value, 4);
    }
    function short(value) {
        const size = Math.abs(value);
        if (size >= 1e9) return digits(value / 1e9, 3) + ' G';
        if (size >= 1e6) return digits(value / 1e6, 3) + ' M';
        if (size >= 1e4) return digits(value / 1e3, 3) + ' k';
        return digits(value, 6);
    }
    const unit = (text) => (text ? ' ' + text : '');
    const percentile = (x) => digits(100 * (1 - 1 / x), 9) + ' %';
    const cut = (text, most) => (text.length > most ? text.slice(0, most - 1) + '…' : text);

    /* 12.5 s, 7 min 33 s, 2 h 5 min */
    function duration(seconds) {
        if (seconds < 180) return digits(seconds, 4) + ' s';
        const minutes = Math.floor(seconds / 60), rest = Math.round(seconds % 60);
        if (minutes < 180) return `${minutes} min` + (rest ? ` ${rest} s` : '');
        return `${Math.floor(minutes / 60)} h` + (minutes % 60 ? ` ${minutes % 60} min` : '');
    }
    function place(axis, x) {
        if (axis.scale === 'percentile') return percentile(x);
        if (axis.scale === 'labels') return axis.labels[x] ?? '';
        return axis.unit === 's' ? duration(x) : digits(x, 6) + unit(axis.unit);
    }

    /* ---- axes ---- */

    const axisOf = (data, series) => (series.axis === 'y2' && data.y2 ? data.y2 : data.y);
    const isSide = (data) => data.kind !== 'lines' && data.x.scale === 'labels';
    function heading(axis, as) {
        const name = axis.title === axis.unit ? '' : axis.title, of = as || axis.unit;
        return name && of ? `${name} (${of})` : name || of;
    }
    /* Of all tens, or where there are few of them also of what lies between. */
    function logTicks(scale) {
        const from = Math.floor(Math.log10(scale.min)), to = Math.ceil(Math.log10(scale.max));
        const steps = to - from > 4 ? [1] : to - from > 2 ? [1, 3] : [1, 2, 5];
        const ticks = [];
        for (let power = from; power <= to; power++)
            for (const value of steps.map((step) => step * 10 ** power))
                if (value >= scale.min * 0.999 && value <= scale.max * 1.001) ticks.push({ value });
        if (ticks.length > 1) scale.ticks = ticks;
    }
    function percentileTicks(scale) {
        scale.ticks = [1, 2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].filter((value) =>
            value <= scale.max * 1.001).map((value) => ({ value }));
    }
    /* Long runs are read in minutes or hours. */
    function timeSteps(last) {
        const [name, seconds] = last > 3 * 7200 ? ['h', 3600] : last > 180 ? ['min', 60] : ['s', 1];
        const step = [1, 2, 5, 10, 15, 20, 30, 60, 120].find((n) => last / (n * seconds) <= 10);
        return { name, seconds, step: (step || 240) * seconds };
    }
    const lastX = (data) => Math.max(extent(data, data.x, true).most, 0);
    /* What is to be seen along an axis: points, ends of intervals, marks. */
    function extent(data, axis, isX, above = -Infinity) {
        let least = Infinity, most = -Infinity;
        const add = (value) => {
            if (typeof value !== 'number' || value <= above) return;
            least = Math.min(least, value);
            most = Math.max(most, value);
        };
        for (const series of data.series) {
            if (!isX && axisOf(data, series) !== axis) continue;
            for (const point of series.points) add(point[isX ? 0 : 1]);
            if (!isX) [...series.low ?? [], ...series.high ?? []].forEach(add);
        }
        for (const mark of data.marks)
            if (mark.axis === (isX ? 'x' : 'y') && (isX || axis === data.y)) {
                add(mark.from);
                add(mark.to);
            }
        return { least, most };
    }
    /* From and to a 1, 2 or 5 beyond what is drawn, so that no decade is empty. */
    function logEnds(data, axis, isX) {
        const { least, most } = extent(data, axis, isX, 0);
        if (!(most > 0)) return {};
        const nice = [1, 2, 5, 10], low = 10 ** Math.floor(Math.log10(least));
        const high = 10 ** Math.floor(Math.log10(most));
        const min = low * Math.max(...nice.filter((n) => n * low <= least * 1.0001));
        const max = high * Math.min(...nice.filter((n) => n * high >= most * 0.9999));
        return max > min ? { min, max } : { min: min / 2, max: max * 2 };
    }
    function makeAxis(data, axis, isX) {
        const colours = ink();
        const scale = {
            title: { display: true, text: heading(axis), color: colours.faint },
            grid: { color: colours.grid, borderColor: colours.grid, tickLength: 4 },
            ticks: { color: colours.text, maxRotation: 0, autoSkipPadding: 12,
                callback: (value) => short(value) },
        };
        if (axis.scale === 'labels') {
            scale.type = 'category';
            scale.offset = true;
            scale.grid.display = false;
            scale.ticks.autoSkip = false;
            scale.ticks.callback = (value) => cut(axis.labels[value] ?? '', innerWidth < 600 ? 14 : 40);
            scale.title.display = Boolean(axis.title) && axis.labels.length > 1 && !isSide(data);
        } else if (axis.scale === 'percentile') {
            scale.type = 'logarithmic';
            scale.min = 1;
            scale.max = Math.max(lastX(data), 10);
            scale.afterBuildTicks = percentileTicks;
            scale.ticks.callback = (value) => percentile(value);
        } else if (axis.scale === 'log') {
            scale.type = 'logarithmic';
            Object.assign(scale, logEnds(data, axis, isX));
            scale.afterBuildTicks = logTicks;
            scale.ticks.autoSkip = false;
        } else {
            scale.type = 'linear';
            scale.beginAtZero = !isX || axis.unit === 's';
            scale.ticks.maxTicksLimit = 7;
            if (isX) {
                scale.max = lastX(data);
            } else if (data.kind !== 'stack') {
                const { least, most } = extent(data, axis, false);
                if (least <= most) Object.assign(scale, { suggestedMin: least, suggestedMax: most });
            }
        }
        if (isX && axis.unit === 's' && axis.scale === 'linear') {
            const steps = timeSteps(scale.max);
            scale.title.text = heading(axis, steps.name);
            scale.min = 0;
            if (steps.seconds > 1 || scale.max > 10) scale.ticks.stepSize = steps.step;
            scale.ticks.maxTicksLimit = 12;
            scale.ticks.includeBounds = false;
            scale.ticks.callback = (value) => digits(value / steps.seconds, 4);
        }
        if (data.kind === 'stack' && !isX && axis.unit === '%') scale.max = 100;
        scale.stacked = data.kind === 'stack';
        return scale;
    }
    function makeScales(data) {
        const side = isSide(data);
        const scales = { [side ? 'y' : 'x']: makeAxis(data, data.x, true),
            [side ? 'x' : 'y']: makeAxis(data, data.y, false) };
        if (data.y2 && !side) {
            scales.y2 = makeAxis(data, data.y2, false);
            scales.y2.position = 'right';
            scales.y2.grid.drawOnChartArea = false;
        }
        return scales;
    }

    /* ---- series ---- */

    /* A logarithm has no 0: what is below all others is drawn at the bottom, and shown as it is. */
    function bottom(data, series) {
        if (axisOf(data, series).scale !== 'log') return -Infinity;
        let least = Infinity;
        for (const other of data.series)
            if (other.axis === series.axis)
                for (const point of other.points)
                    if (point[1] > 0) least = Math.min(least, point[1]);
        return least < Infinity ? least : 1;
    }
    function makeDataset(data, number) {
        const series = data.series[number], side = isSide(data), least = bottom(data, series);
        const bar = series.style === 'bar', few = series.points.length < 40;
        const dataset = {
            label: series.name, type: bar ? 'bar' : 'line', borderWidth: bar ? 0 : 2,
            /* The ends stay what they are, whatever is drawn. */
            ends: { low: series.low, high: series.high },
        };
        if (bar && data.x.scale === 'labels') {
            dataset.data = data.x.labels.map(() => null);
            for (const [x, y] of series.points) dataset.data[x] = y;
            dataset.maxBarThickness = 24;
            dataset.categoryPercentage = 0.85;
            dataset.barPercentage = 0.9;
        } else {
            dataset.data = series.points.map(([x, y]) => {
                const shown = y === null ? NaN : Math.max(y, least);
                const point = side ? { x: shown, y: x } : { x, y: shown };
                point.value = y;
                return point;
            });
            dataset.parsing = false;
            dataset.showLine = series.style !== 'points';
            dataset.stepped = series.style === 'step';
            dataset.pointRadius = series.style === 'points' ? 4 : few && data.x.scale !== 'percentile' ? 2 : 0;
            dataset.pointHoverRadius = 5;
            dataset.pointHitRadius = 8;
            dataset.borderJoinStyle = 'round';
        }
        if (data.kind === 'stack') dataset.stack = 'all';
        if (!side) dataset.yAxisID = series.axis === 'y2' && data.y2 ? 'y2' : 'y';
        return dataset;
    }
    function paint(chart, data) {
        const colours = ink();
        chart.data.datasets.forEach((dataset, i) => {
            dataset.borderColor = dataset.backgroundColor = dataset.pointBackgroundColor =
                dataset.hoverBackgroundColor = colour(data, i);
        });
        Object.assign(chart.options.plugins.tooltip, { backgroundColor: colours.paper,
            titleColor: colours.text, bodyColor: colours.text, footerColor: colours.faint,
            borderColor: colours.faint });
    }

    /* ---- tooltips ---- */

    /* Checkpoints, stages and errors that the place under the pointer lies in. */
    function marksAt(data, x) {
        return data.marks.filter((mark) => mark.axis === 'x' && mark.from <= x &&
            x <= (mark.to ?? mark.from)).map((mark) => (mark.to === null ? mark.label :
            `${mark.label}: ${place(data.x, mark.from)} to ${place(data.x, mark.to)}`));
    }
    function valueLine(data, item) {
        const series = data.series[item.datasetIndex];
        const raw = item.raw !== null && typeof item.raw === 'object' ? item.raw.value : item.raw;
        const low = series.low && series.low[pointNumber(data, item)];
        const high = series.high && series.high[pointNumber(data, item)];
        const known = typeof low === 'number' && typeof high === 'number';
        const of = series.unit === series.name ? '' : series.unit;
        return `${series.name}: ${number(raw)}${unit(of)}` +
            (known ? ` (${number(low)} to ${number(high)})` : '');
    }
    /* Bars have a place for each label, points need not. */
    function pointNumber(data, item) {
        const series = data.series[item.datasetIndex];
        if (series.style !== 'bar' || data.x.scale !== 'labels') return item.dataIndex;
        return series.points.findIndex((point) => point[0] === item.dataIndex);
    }
    function titleLine(data, items) {
        if (!items.length) return '';
        if (data.x.scale === 'labels') return place(data.x, items[0].dataIndex);
        return `${data.x.title} ${place(data.x, items[0].raw.x)}`;
    }
    const tooltip = (data) => ({
        borderWidth: 1, padding: 8, boxPadding: 4, usePointStyle: false, footerFont: { weight: 'normal' },
        callbacks: {
            title: (items) => titleLine(data, items),
            label: (item) => valueLine(data, item),
            footer: (items) => (items.length && items[0].raw ? marksAt(data, items[0].raw.x) : []),
        },
    });

    /* ---- marks and intervals ---- */

    function scaleOf(chart, data, mark) {
        if (isSide(data)) return mark.axis === 'y' ? chart.scales.x : chart.scales.y;
        return mark.axis === 'y' ? chart.scales.y : chart.scales.x;
    }
    function spanOf(chart, data, mark) {
        const scale = scaleOf(chart, data, mark);
        const from = scale.getPixelForValue(mark.from);
        const to = mark.to === null ? from : scale.getPixelForValue(mark.to);
        return { upright: scale.isHorizontal(), from: Math.min(from, to), to: Math.max(from, to) };
    }
    function write(context, text, x, y, room, fill, align) {
        let shown = text;
        while (shown && context.measureText(shown).width > room) shown = shown.slice(0, -1);
        if (shown !== text) shown = shown.length > 3 ? shown.slice(0, -1) + '…' : '';
        context.fillStyle = fill;
        context.textAlign = align;
        context.fillText(shown, x, y);
    }
    function drawStage(chart, span, mark, number) {
        const { ctx, chartArea: area } = chart;
        if (number % 2 === 0) {
            ctx.fillStyle = ink().band;
            ctx.fillRect(span.from, area.top, span.to - span.from, area.bottom - area.top);
        }
        write(ctx, mark.label, span.from + 4, area.top - 5, span.to - span.from - 6, ink().faint, 'left');
    }
    function drawCheckpoint(chart, span) {
        const { ctx, chartArea: area } = chart;
        ctx.fillStyle = ink().checkpoint;
        ctx.fillRect(span.from, area.top, Math.max(span.to - span.from, 1), area.bottom - area.top);
        ctx.strokeStyle = ink().edge;
        ctx.setLineDash([3, 3]);
        line(ctx, span.from, area.top, span.from, area.bottom);
    }
    function line(context, x1, y1, x2, y2) {
        context.beginPath();
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
        context.stroke();
    }
    function drawError(chart, span) {
        const { ctx, chartArea: area } = chart, middle = (span.from + span.to) / 2;
        ctx.fillStyle = ink().error;
        ctx.fillRect(span.from, area.bottom - 3, Math.max(span.to - span.from, 2), 3);
        ctx.beginPath();
        ctx.moveTo(middle - 5, area.bottom - 3);
        ctx.lineTo(middle + 5, area.bottom - 3);
        ctx.lineTo(middle, area.bottom - 11);
        ctx.fill();
    }
    /* What lies between both ends, and the line at the other end. */
    function drawBand(chart, span, tint) {
        const { ctx, chartArea: area } = chart;
        ctx.save();
        ctx.fillStyle = tint;
        ctx.globalAlpha = 0.1;
        const [x, y, right, bottom] = span.upright ? [span.from, area.top, span.to, area.bottom] :
            [area.left, span.from, area.right, span.to];
        ctx.fillRect(x, y, right - x, bottom - y);
        ctx.restore();
        line(ctx, span.upright ? right : x, span.upright ? y : bottom, right, bottom);
    }
    function drawLine(chart, span, mark) {
        const { ctx, chartArea: area } = chart, tint = ink()[mark.kind];
        ctx.strokeStyle = tint;
        ctx.lineWidth = 1.5;
        ctx.setLineDash([6, 4]);
        if (span.to > span.from) drawBand(chart, span, tint);
        if (span.upright) {
            const right = span.from > (area.left + area.right) / 2;
            line(ctx, span.from, area.top, span.from, area.bottom);
            write(ctx, mark.label, span.from + (right ? -4 : 4), area.top + 12,
                right ? span.from - area.left : area.right - span.from, tint, right ? 'right' : 'left');
        } else {
            line(ctx, area.left, span.from, area.right, span.from);
            write(ctx, mark.label, area.right - 4, span.from - 4, area.right - area.left, tint, 'right');
        }
    }
    const drawers = { stage: drawStage, checkpoint: drawCheckpoint, error: drawError,
        change: drawLine, limit: drawLine };
    function drawMarks(chart, data, kinds) {
        const { ctx, chartArea: area } = chart;
        let number = 0;
        for (const mark of data.marks) {
            if (!kinds.includes(mark.kind) || chart.hiddenMarks.has(mark.kind)) continue;
            const span = spanOf(chart, data, mark);
            if (!Number.isFinite(span.from)) continue;
            ctx.save();
            ctx.font = `11px ${Chart.defaults.font.family}`;
            if (mark.kind !== 'stage') {
                ctx.beginPath();
                ctx.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
                ctx.clip();
            }
            drawers[mark.kind](chart, span, mark, number++);
            ctx.restore();
        }
    }
    function drawWhisker(chart, element, scale, low, high) {
        const { ctx } = chart;
        /* A logarithm has no 0: an interval that reaches there reaches the end of the axis. */
        const from = scale.getPixelForValue(Math.max(low, scale.min));
        const to = scale.getPixelForValue(high);
        const stroke = (along1, across1, along2, across2) => (scale.isHorizontal() ?
            line(ctx, along1, element.y + across1, along2, element.y + across2) :
            line(ctx, element.x + across1, along1, element.x + across2, along2));
        stroke(from, 0, to, 0);
        stroke(from, -4, from, 4);
        stroke(to, -4, to, 4);
    }
    function drawIntervals(chart, data) {
        chart.ctx.save();
        chart.ctx.strokeStyle = ink().text;
        chart.ctx.lineWidth = 1.25;
        chart.data.datasets.forEach((dataset, i) => {
            const { low, high } = dataset.ends, series = data.series[i];
            if (!low || !high || !chart.isDatasetVisible(i)) return;
            const meta = chart.getDatasetMeta(i);
            const scale = isSide(data) ? chart.scales.x : chart.scales[meta.yAxisID];
            meta.data.forEach((element, k) => {
                const at = pointNumber(data, { datasetIndex: i, dataIndex: k });
                if (typeof low[at] === 'number' && typeof high[at] === 'number' &&
                    series.points[at][1] !== null)
                    drawWhisker(chart, element, scale, low[at], high[at]);
            });
        });
        chart.ctx.restore();
    }
    const ours = (data) => ({
        id: 'pgwrite',
        beforeDatasetsDraw: (chart) => drawMarks(chart, data, ['stage', 'checkpoint']),
        afterDatasetsDraw: (chart) => {
            drawIntervals(chart, data);
            drawMarks(chart, data, ['error', 'change', 'limit']);
        },
    });

    /* ---- legend: buttons, so that keys reach it ---- */

    const markNames = { checkpoint: 'checkpoints', error: 'errors', stage: 'stages',
        change: 'changes', limit: 'limits' };
    /* One line is called what it says beside itself. */
    function markName(data, kind) {
        const labels = new Set(data.marks.filter((mark) => mark.kind === kind && mark.label)
            .map((mark) => mark.label));
        const own = (kind === 'change' || kind === 'limit') && labels.size === 1;
        return own ? cut([...labels][0], 60) : markNames[kind];
    }
    function addButton(list, text, tint, toggle) {
        const button = document.createElement('button'), swatch = document.createElement('i');
        const item = document.createElement('li');
        button.type = 'button';
        button.setAttribute('aria-pressed', 'true');
        swatch.style.background = tint();
        button.append(swatch, text);
        button.addEventListener('click', () => {
            const on = button.getAttribute('aria-pressed') !== 'true';
            button.setAttribute('aria-pressed', String(on));
            toggle(on);
        });
        item.append(button);
        list.append(item);
        return () => { swatch.style.background = tint(); };
    }
    function addLegend(chart, data, box) {
        const list = document.createElement('ul'), repaint = [];
        list.className = 'chart-legend';
        list.setAttribute('aria-label', `Shown in “${data.title}”`);
        if (data.series.length > 1)
            data.series.forEach((series, i) => repaint.push(addButton(list, series.name,
                () => colour(data, i), (on) => chart.setDatasetVisibility(i, on) || chart.update())));
        for (const kind of new Set(data.marks.map((mark) => mark.kind))) {
            if (kind === 'stage' && data.series.length) continue;
            repaint.push(addButton(list, markName(data, kind),
                () => (kind === 'checkpoint' ? ink().edge : ink()[kind]), (on) => {
                    chart.hiddenMarks[on ? 'delete' : 'add'](kind);
                    chart.draw();
                }));
        }
        if (list.children.length) box.before(list);
        return repaint;
    }

    /* ---- keys: the arrows go from point to point ---- */

    function activate(chart, number) {
        const active = [];
        chart.data.datasets.forEach((dataset, i) => {
            if (chart.isDatasetVisible(i) && number < dataset.data.length)
                active.push({ datasetIndex: i, index: number });
        });
        const first = active[0] && chart.getDatasetMeta(active[0].datasetIndex).data[number];
        chart.setActiveElements(active);
        chart.tooltip.setActiveElements(active, first ? { x: first.x, y: first.y } : { x: 0, y: 0 });
        chart.update('none');
    }
    function listenToKeys(chart, canvas) {
        let at = -1;
        canvas.addEventListener('keydown', (event) => {
            const count = Math.max(...chart.data.datasets.map((dataset) => dataset.data.length));
            const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            if (!step) return;
            event.preventDefault();
            at = Math.min(Math.max(at + step, 0), count - 1);
            activate(chart, at);
        });
        canvas.addEventListener('blur', () => activate(chart, Infinity));
    }

    /* ---- a chart ---- */

    function height(data) {
        if (isSide(data)) {
            const bars = data.kind === 'stack' ? 1 :
                Math.max(data.series.filter((series) => series.style === 'bar').length, 1);
            return 70 + data.x.labels.length * Math.max(18 * bars, 30);
        }
        return innerWidth < 600 ? 230 : 280;
    }
    function draw(data) {
        const canvas = document.getElementById(data.id);
        const box = canvas.parentElement, fold = box.parentElement.querySelector('details');
        box.hidden = false;
        box.style.height = `${height(data)}px`;
        if (fold) fold.open = false;
        const stages = data.marks.some((mark) => mark.kind === 'stage');
        const config = {
            type: data.series.some((series) => series.style === 'bar') ? 'bar' : 'line',
            data: { labels: data.x.labels || undefined,
                datasets: data.series.map((series, i) => makeDataset(data, i)) },
            options: {
                /* Nothing moves, whether a reader prefers that or not. */
                animation: false, maintainAspectRatio: false, indexAxis: isSide(data) ? 'y' : 'x',
                layout: { padding: { top: stages ? 18 : 4, right: 8 } },
                interaction: isSide(data) ? { mode: 'index', axis: 'y', intersect: false } :
                    { mode: 'nearest', axis: 'x', intersect: false },
                scales: makeScales(data),
                plugins: { legend: { display: false }, tooltip: tooltip(data) },
            },
            plugins: [{ id: 'marks', beforeInit: (made) => { made.hiddenMarks = new Set(); } },
                ours(data)],
        };
        paint(config, data);
        const chart = new Chart(canvas, config);
        listenToKeys(chart, canvas);
        drawn.push({ chart, data, box, repaint: addLegend(chart, data, box) });
    }
    function redraw() {
        for (const { chart, data, repaint } of drawn) {
            chart.options.scales = makeScales(data);
            paint(chart, data);
            chart.update();
            repaint.forEach((again) => again());
        }
    }

    /* ---- one cell at a time ---- */

    const waiting = new Map(), choices = [];
    function drawIn(part) {
        for (const canvas of part.querySelectorAll('canvas')) {
            const data = waiting.get(canvas.id);
            if (data) draw(data);
            waiting.delete(canvas.id);
        }
    }
    function addChoice(holder, number) {
        const parts = [...holder.children].filter((part) => part.className === 'choice');
        const label = document.createElement('label'), select = document.createElement('select');
        if (parts.length < 2) return;
        parts.forEach((part, i) => select.append(new Option(part.dataset.name, String(i))));
        select.id = `choice-${number}`;
        label.className = 'choose';
        label.append('Cell ', select);
        /* On paper nobody chooses: all of them. */
        const show = () => parts.forEach((part, i) => {
            part.hidden = !printing && i !== select.selectedIndex;
            if (!part.hidden) drawIn(part);
        });
        select.addEventListener('change', show);
        holder.prepend(label);
        choices.push(show);
        show();
    }

    /* Paper is white and as wide as it is: a canvas does not follow by itself. */
    function print(on) {
        if (printing === on) return;
        printing = on;
        choices.forEach((show) => show());
        redraw();
        for (const { chart, box } of drawn) {
            if (on) chart.resize(Math.min(box.clientWidth || 660, 660), box.clientHeight || 280);
            else chart.resize();
        }
    }

    const began = performance.now();
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12;
    for (const data of JSON.parse(holder.textContent)) waiting.set(data.id, data);
    document.querySelectorAll('.choices').forEach(addChoice);
    document.querySelectorAll('.chart').forEach((figure) => {
        if (!figure.closest('.choice')) drawIn(figure);
    });
    performance.measure('charts', { start: began, end: performance.now() });
    dark.addEventListener('change', redraw);
    addEventListener('beforeprint', () => print(true));
    addEventListener('afterprint', () => print(false));
    paper.addEventListener('change', (event) => print(event.matches));
}());
