// On paper: every step with its sentence and its formula, and with its picture as long as that is not a heap of paper.
const PAPER = 6000; // boxes of all pictures together; beyond, the picture of the step that is shown stands alone

function toPaper() {
  const [slider, stage] = [document.getElementById("slider"), document.querySelector(".stage:not([hidden])")];
  const [first, last, at] = [Number(slider.min), Number(slider.max), slider.value];
  const pictured = stage.querySelectorAll(".node").length * (last + 1 - first) <= PAPER;
  const paper = document.createElement("section");
  paper.id = "paper";
  if (!pictured) paper.append(copied(stage.querySelector("svg")));
  for (let k = first; k <= last; k += 1) {
    goTo(slider, k);
    const step = document.createElement("div");
    step.className = "printed";
    step.append(numbered(k + 1 - first), ...["sentence", "formula"].map((id) => copied(document.getElementById(id))));
    if (pictured) step.append(copied(stage.querySelector("svg")));
    paper.append(step);
  }
  goTo(slider, at);
  document.body.append(paper);
}

function goTo(slider, k) {
  slider.value = String(k);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}

function numbered(number) {
  const heading = document.createElement("h2");
  heading.textContent = `step ${number}`;
  return heading;
}

function copied(element) {
  const copy = element.cloneNode(true);
  for (const each of [copy, ...copy.querySelectorAll("[id]")]) each.removeAttribute("id");
  copy.classList.add(`printed-${element.id || "picture"}`);
  if (copy.style) copy.removeAttribute("style");
  return copy;
}

addEventListener("beforeprint", toPaper);
addEventListener("afterprint", () => document.getElementById("paper")?.remove());
