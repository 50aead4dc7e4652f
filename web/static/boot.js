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

// Sends the first queries of a page while its scripts still load. The build fills in the queries; lib/graph/preload.ts
// hands each response to the first request for the same query.
(function () {
  var queries = [];
  var answers = (window.parleyPreload = {});
  var ends = 0;
  try {
    ends = Number(localStorage.getItem('parley.session'));
  } catch (_) {}
  if (!(ends - 15000 > Date.now())) return;
  queries.forEach(function (query) {
    var here = new RegExp(query.path).exec(location.pathname);
    if (!here) return;
    var variables = Object.assign({}, here.groups, query.variables);
    var answer = fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        'x-parley-client': 'web',
      },
      body: JSON.stringify({ operationName: query.name, query: query.query, variables: variables }),
    });
    answer.catch(function () {});
    answers[query.name + JSON.stringify(variables)] = answer;
  });
})();
