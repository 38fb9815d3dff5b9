// The diary board refreshes itself; a visit opens beside it. Without this file both are pages.
const panel = document.getElementById("panel");
const stale = document.getElementById("stale");
let opened = "";

const isRefresh = ({ detail }) => detail.elt.id === "poll";

// Nobody looks, or somebody is busy with a form: the next round comes in twenty seconds.
document.addEventListener("htmx:beforeRequest", (event) => {
  const busy = document.hidden || document.querySelector("dialog[open], #panel details[open]");
  if (isRefresh(event) && busy && !event.detail.requestConfig.triggeringEvent) event.preventDefault();
});

// A sign-in page that answers in place of the board must not pass for “nothing changed”.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status === 200 && new URL(xhr.responseURL).pathname !== new URL(requestConfig.path, location).pathname
      && xhr.responseURL.includes("/login/")) {
    location.reload();
  }
});

for (const trouble of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(trouble, (event) => {
    if (isRefresh(event)) {
      stale.textContent = "The board could not be refreshed. It shows what was known then.";
    } else {
      // What was asked for is a page; where a button led, there is none.
      const { requestConfig, pathInfo } = event.detail;
      if (requestConfig.verb === "get") location.assign(pathInfo.finalRequestPath);
      else location.reload();
    }
  });
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (isRefresh(event) && event.detail.successful) stale.textContent = "";
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== panel) return;
  const from = detail.requestConfig.elt;
  if (from.matches(".visit")) opened = from.id;
  panel.querySelector("h2")?.focus({ preventScroll: true });
});

function close() {
  panel.replaceChildren();
  document.getElementById(opened)?.focus();
}

panel.addEventListener("click", (event) => {
  if (event.target.closest(".close")) {
    event.preventDefault();
    close();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.firstElementChild) close();
});

// The morning is past: begin where the day stands.
const now = document.getElementById("now");
const board = document.querySelector(".board");
if (location.hash) {
  // The board has scrolled to the visit; what is said above it is to be seen, too.
  addEventListener("load", () => requestAnimationFrame(() => scrollTo(0, 0)));
}
if (now && board && !location.hash) board.scrollTop = Math.max(0, now.offsetTop - board.clientHeight / 3);
