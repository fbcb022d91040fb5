// The run's charts as one PNG, drawn by the browser with the page's own fonts and colours, two in a row.
async () => {
  const SCALE = 2, WIDTH = 520, TITLE = 26, LEGEND = 22, GAP = 16;
  const KEPT = ["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "font", "text-anchor"];
  const figures = [...document.querySelectorAll("#live-charts .chart")];
  if (!figures.length) return;
  const page = getComputedStyle(document.body);

  async function picture(svg) {
    const copy = svg.cloneNode(true);
    const originals = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((node, index) => {
      const style = getComputedStyle(originals[index]);
      for (const name of KEPT) node.style.setProperty(name, style.getPropertyValue(name));
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    copy.setAttribute("viewBox", `0 0 ${width + GAP} ${height}`); // another font may reach beyond the edge
    copy.setAttribute("width", width + GAP);
    copy.setAttribute("height", height);
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
    await image.decode();
    return image;
  }

  const charts = await Promise.all(figures.map((figure) => picture(figure.querySelector("svg"))));
  const cell = TITLE + charts[0].height + LEGEND;
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * (2 * WIDTH + 3 * GAP);
  canvas.height = SCALE * (Math.ceil(charts.length / 2) * (cell + GAP) + GAP);
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = page.backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  charts.forEach((chart, index) => {
    const left = GAP + (index % 2) * (WIDTH + GAP), top = GAP + Math.floor(index / 2) * (cell + GAP);
    pen.fillStyle = page.color;
    pen.font = `700 14px ${page.fontFamily}`;
    pen.fillText(figures[index].querySelector("figcaption").innerText, left, top + 16, WIDTH);
    pen.drawImage(chart, left, top + TITLE);
    pen.font = `12px ${page.fontFamily}`;
    let x = left;
    for (const entry of figures[index].querySelectorAll(".legend span")) {
      pen.fillStyle = getComputedStyle(entry.querySelector("i")).backgroundColor;
      pen.fillRect(x, top + cell - 10, 14, 3);
      pen.fillStyle = page.color;
      pen.fillText(entry.innerText, x + 18, top + cell - 5);
      x += 18 + pen.measureText(entry.innerText).width + 14;
    }
  });
  const link = document.createElement("a");
  link.download = "losslens-curves.png";
  link.href = canvas.toDataURL("image/png");
  link.click();
}
