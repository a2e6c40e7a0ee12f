'use strict';
const colors = ['#1f5fa8', '#d9822b', '#2a9d8f', '#8a5fbf', '#c94f6d', '#7a8793', '#e0b13c'];
const ink = '#5b6b7b';
const charts = [];

function shown(value, percent) {
  if (value === null || value === undefined) return 'none';
  if (percent) return (100 * value).toFixed(2) + ' %';
  return Math.abs(value) >= 100 ? value.toFixed(1) : Number(value.toPrecision(4)).toString();
}

function series(chart, one, index) {
  const bars = chart.kind === 'bars';
  const width = index === 0 ? 3 : 6; // Equal curves are both visible: the wider one lies behind.
  const out = {
    name: one.name,
    type: bars ? 'bar' : 'line',
    data: one.values,
    itemStyle: { color: colors[index % colors.length] },
    z: 10 - index,
  };
  if (bars) {
    out.stack = 'all';
    out.barCategoryGap = chart.categories.length > 60 ? '0%' : '18%';
  } else {
    out.lineStyle = { width, opacity: index === 0 ? 1 : 0.65 };
    out.symbol = 'circle';
    out.symbolSize = index === 0 ? 7 : 10;
  }
  if (index === 0 && chart.marks.length > 0) {
    out.markLine = {
      symbol: 'none',
      animation: false,
      lineStyle: { color: '#2b3a49', type: 'dashed', width: 1.5 },
      label: { formatter: (mark) => mark.name, color: '#2b3a49' },
      data: chart.marks.map((mark) => ({ name: mark.label, xAxis: mark.category })),
    };
  }
  return out;
}

function option(chart) {
  const values = chart.series.flatMap((one) => one.values).filter((value) => value !== null);
  const least = Math.min(...values);
  // Shares near 1 would lie on each other on an axis from 0.
  const from = chart.percent && least > 0.5 ? (least > 0.7 ? Math.floor(20 * least) / 20 : 0.4) : 0;
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 12, right: 24, top: 46, bottom: 30, containLabel: true },
    legend: { top: 0, left: 0, itemGap: 16, textStyle: { color: ink } },
    tooltip: { trigger: 'axis', valueFormatter: (value) => shown(value, chart.percent) },
    xAxis: {
      type: 'category',
      data: chart.categories,
      name: chart.xName,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: ink },
      axisLabel: { color: ink },
    },
    yAxis: {
      type: 'value',
      name: chart.yName,
      min: from,
      max: chart.percent ? 1 : null,
      interval: chart.percent ? (from < 0.7 ? 0.2 : from < 0.9 ? 0.05 : 0.02) : null,
      nameTextStyle: { color: ink, align: 'left' },
      nameGap: 8,
      nameLocation: 'end',
      show: true,
      axisLabel: { color: ink, formatter: (value) => (chart.percent ? Math.round(100 * value) + ' %' : String(value)) },
      splitLine: { lineStyle: { color: '#e8edf2' } },
    },
    series: chart.series.map((one, index) => series(chart, one, index)),
  };
}

for (const figure of document.querySelectorAll('figure.chart')) {
  const chart = JSON.parse(figure.querySelector('script').textContent);
  const drawn = echarts.init(figure.querySelector('.drawing'), null, { renderer: 'svg' });
  drawn.setOption(option(chart));
  charts.push(drawn);
}
window.addEventListener('resize', () => charts.forEach((chart) => chart.resize()));
document.documentElement.dataset.charts = String(charts.length);
