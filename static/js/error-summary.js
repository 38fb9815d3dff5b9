// A form came back with errors: bring the reader to the summary of them.
document.querySelector("[data-error-summary]")?.focus();
