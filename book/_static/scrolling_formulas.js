// A formula that is wider than the screen scrolls; so the keyboard has to reach it.
(() => {
  const mark = () => {
    document.querySelectorAll("mjx-container[display='true']").forEach((formula) => {
      if (formula.scrollWidth > formula.clientWidth) {
        formula.tabIndex = 0;
      } else {
        formula.removeAttribute("tabindex");
      }
    });
  };
  window.addEventListener("load", () => {
    if (window.MathJax?.startup) {
      MathJax.startup.promise.then(mark);
      window.addEventListener("resize", mark);
    }
  });
})();
