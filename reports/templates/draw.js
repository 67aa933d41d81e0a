"use strict";
const dark = matchMedia("(prefers-color-scheme: dark)");

function colours() {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--soft").trim();
  const rule = style.getPropertyValue("--rule").trim();
  return {
    "font.color": ink,
    "xaxis.gridcolor": rule,
    "xaxis.zerolinecolor": ink,
    "hoverlabel.bgcolor": style.getPropertyValue("--paper").trim(),
    "hoverlabel.font.color": style.getPropertyValue("--ink").trim(),
  };
}

async function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "yes";
  const figure = FIGURES[place.id];
  const options = { responsive: true, displayModeBar: false };
  if (figure.layout.yaxis.tickvals && place.clientWidth < 560) narrow(figure);
  await Plotly.newPlot(place, figure.data, figure.layout, options);
  await Plotly.relayout(place, colours());
  new ResizeObserver(() => Plotly.Plots.resize(place)).observe(place);
}

function wrapped(text) {
  const lines = [""];
  for (const word of text.replace(/\bn (?=\d)/g, "n\u00a0").split(" ")) {
    const last = lines.length - 1;
    if (lines[last] && lines[last].length + word.length > 15) lines.push(word);
    else lines[last] = (lines[last] + " " + word).trim();
  }
  return lines;
}

function narrow(figure) {
  const axis = figure.layout.yaxis;
  const labels = axis.ticktext.map((text) => text.split("<br>").flatMap(wrapped));
  axis.ticktext = labels.map((lines) => lines.join("<br>"));
  figure.layout.font.size = 10;
  figure.layout.height = 110 + labels.length * (16 + 13 * Math.max(...labels.map((lines) => lines.length)));
}

const places = [...document.querySelectorAll(".plot")];
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
}, { rootMargin: "600px" });
for (const place of places) seen.observe(place);

dark.addEventListener("change", () => {
  for (const place of places) if (place.dataset.drawn) Plotly.relayout(place, colours());
});
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  for (const place of places) draw(place);
});
