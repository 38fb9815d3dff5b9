// A week that could not be fetched in place is loaded as a page: the server then says what is wrong.
for (const trouble of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(trouble, ({ detail }) => {
    location.assign(detail.pathInfo.finalRequestPath);
  });
}
