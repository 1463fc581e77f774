// Tells the style sheet that scripts run, then wakes the framework's components in the page's language.
document.documentElement.classList.add("js");
document.body.classList.add("js-enabled", "govuk-frontend-supported");
framework.initAll();
