// Runs before the first paint, so that the page never flashes in the wrong theme. The choice is kept under
// `parley.theme` as light, dark or system; <html data-theme> always holds the resolved one.
(function () {
  var dark = matchMedia('(prefers-color-scheme: dark)');
  function apply() {
    var choice = null;
    try {
      choice = localStorage.getItem('parley.theme');
    } catch (_) {}
    var theme = choice === 'light' || choice === 'dark' ? choice : dark.matches ? 'dark' : 'light';
    document.documentElement.dataset.theme = theme;
    var colour = document.querySelector('meta[name="theme-color"]');
    if (colour) colour.setAttribute('content', theme === 'dark' ? '#11151c' : '#fbfaf8');
  }
  apply();
  dark.addEventListener('change', apply);
  addEventListener('storage', apply);
  addEventListener('parley:theme', apply);
})();
