// A week that could not be fetched in place is loaded as a page: the server then says what is wrong.
for (const trouble of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(trouble, ({ detail }) => {
    location.assign(detail.pathInfo.finalRequestPath);
  });
}

// At the first and the last week the link that was pressed is gone, and the focus with it: whoever
// goes by keyboard goes on from the week's dates.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.getElementById("week-dates")?.focus();
});
