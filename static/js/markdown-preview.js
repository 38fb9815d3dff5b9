// Keeps the preview beside a Markdown field up to date. Without it, the preview is of what was
// loaded, and the button "Preview the page" shows what was typed.
"use strict";

const PAUSE = 400; // milliseconds without a key before asking

// The preview stands in a tree of its own, with the site's stylesheets instead of admin's.
function treeOf(pane) {
  if (pane.shadowRoot) return pane.shadowRoot;
  const template = pane.querySelector("template"); // of a browser that does not attach it itself
  const tree = pane.attachShadow({ mode: "open" });
  tree.append(template.content);
  template.remove();
  return tree;
}

function keepUpToDate(pane) {
  const field = document.getElementById(pane.dataset.previewOf);
  const shown = treeOf(pane).querySelector(".shown");
  let waiting;
  let asked = 0;

  async function ask() {
    const number = ++asked;
    const token = field.form.elements.csrfmiddlewaretoken.value;
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, text: field.value });
    try {
      const answer = await fetch(pane.dataset.address, { method: "POST", body });
      const text = await answer.text();
      // Answers may overtake each other: only that to the last question counts.
      if (answer.ok && number === asked) shown.innerHTML = text;
    } catch {
      // No connection: the preview stays as it was, and so does what was typed.
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });

  // A link must not take the writer away from what is not saved yet.
  shown.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    if (!link.getAttribute("href").startsWith("#")) window.open(link.href, "_blank", "noopener");
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-preview-of]").forEach(keepUpToDate);
});
