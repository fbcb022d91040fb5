// A chart or the answers' strip as a PNG: what is seen of it is painted once more, at twice the size and more, with the
// page's own fonts and colours. Backgrounds, bars, pictures and texts are enough for all that the pages draw.
const losslensPicture = (() => {
  const SCALE = 2, LEAST_WIDTH = 2080, MARGIN = 16; // pixels of the picture, CSS pixels around
  const WORD = /[^\s\u3000-\uffef]+|[\u3000-\uffef]/g; // what is painted at once: of Japanese a letter
  const LEFT_OUT = ".as-picture, .reader, .unseen, template, script";
  const IN_SVG = ["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "opacity", "font", "text-anchor"];

  // An SVG as a picture of its own, with the styles that it has on the page.
  async function decoded(svg, box) {
    const copy = svg.cloneNode(true), originals = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((node, index) => {
      const style = getComputedStyle(originals[index]);
      for (const name of IN_SVG) node.style.setProperty(name, style.getPropertyValue(name));
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
    await image.decode();
    return image;
  }

  function background(pen, box, style) {
    if (/^rgba\(.* 0\)$|^transparent$/.test(style.backgroundColor)) return;
    pen.fillStyle = style.backgroundColor;
    pen.beginPath();
    pen.roundRect(box.left, box.top, box.width, box.height, parseFloat(style.borderTopLeftRadius) || 0);
    pen.fill();
  }

  // The share of a bar stands in what CSS puts behind the element.
  function bar(pen, element, box) {
    const style = getComputedStyle(element, "::after");
    if (style.content === "none" || style.position !== "absolute") return;
    const part = new DOMRect(box.left, box.top, parseFloat(style.width), box.height);
    if (style.backgroundImage.startsWith("repeating")) hatched(pen, part, element.closest("[data-loss]").style.getPropertyValue("--colour"));
    else background(pen, part, style);
  }

  // Where a share is no probability, as the strip has it.
  function hatched(pen, { left, top, width, height }, colour) {
    pen.save();
    pen.beginPath();
    pen.roundRect(left, top, width, height, 4);
    pen.clip();
    pen.globalAlpha = 0.35;
    pen.fillStyle = pen.strokeStyle = colour;
    pen.fillRect(left, top, width, height);
    pen.globalAlpha = 1;
    pen.lineWidth = 3;
    for (let x = left; x < left + width + height; x += 6) {
      pen.beginPath();
      pen.moveTo(x - height / 2, top + height);
      pen.lineTo(x, top);
      pen.stroke();
    }
    pen.restore();
  }

  function text(pen, node) {
    const style = getComputedStyle(node.parentElement), range = document.createRange();
    pen.fillStyle = style.color;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.textBaseline = "alphabetic";
    for (const { 0: word, index } of node.data.matchAll(WORD)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const [box] = range.getClientRects();
      if (!box) continue;
      const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = pen.measureText(word);
      pen.fillText(word, box.left, box.top + (box.height + up - down) / 2);
    }
  }

  async function element(pen, each) {
    const box = each.getBoundingClientRect();
    if (each.matches(LEFT_OUT) || !each.checkVisibility() || !box.width) return;
    if (each instanceof SVGSVGElement) return pen.drawImage(await decoded(each, box), box.left, box.top, box.width, box.height);
    background(pen, box, getComputedStyle(each));
    bar(pen, each, box);
    if (each instanceof HTMLImageElement || each instanceof HTMLCanvasElement) pen.drawImage(each, box.left, box.top, box.width, box.height);
    for (const child of each.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text(pen, child);
      else if (child.nodeType === Node.ELEMENT_NODE) await element(pen, child);
    }
  }

  async function save(root, name) {
    const box = root.getBoundingClientRect(), page = getComputedStyle(document.body);
    const scale = Math.max(SCALE, LEAST_WIDTH / (box.width + 2 * MARGIN)), canvas = document.createElement("canvas");
    canvas.width = Math.round(scale * (box.width + 2 * MARGIN));
    canvas.height = Math.round(scale * (box.height + 2 * MARGIN));
    const pen = canvas.getContext("2d");
    pen.fillStyle = page.backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(scale, 0, 0, scale, scale * (MARGIN - box.left), scale * (MARGIN - box.top));
    await element(pen, root);
    Object.assign(document.createElement("a"), { download: `losslens-${name}.png`, href: canvas.toDataURL("image/png") }).click();
  }

  document.addEventListener("click", (event) => {
    const root = event.target.closest?.(".as-picture")?.closest("[data-picture]");
    if (root) save(root, root.dataset.picture);
  });
  return save;
})();
