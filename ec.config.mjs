// @ts-check
/**
 * How code looks in chapters. A file of its own, because the component that shows whole programs reads it
 * too, and the selector of the theme is a function.
 * @type {import("astro-expressive-code").AstroExpressiveCodeOptions}
 */
export default {
  themes: ["github-light", "github-dark"],
  // Long lines wrap and hang: a phone reads them, and no block needs to scroll.
  defaultProps: { wrap: true, preserveIndent: true, hangingIndent: 2 },
  themeCssSelector: (theme) => `[data-theme="${theme.type}"]`,
  // Nothing marks lines here, and every chapter would carry its styles.
  textMarkers: false,
  useThemedScrollbars: false,
  useThemedSelectionColors: false,
  styleOverrides: {
    borderRadius: "0",
    borderWidth: "0",
    codeBackground: "var(--sunk)",
    codeFontFamily: "var(--mono)",
    codeFontSize: "0.78125rem",
    codeLineHeight: "1.6",
    uiFontFamily: "var(--sans)",
    uiFontSize: "var(--t-small)",
    focusBorder: "var(--focus)",
    frames: {
      shadowColor: "transparent",
      frameBoxShadowCssValue: "none",
      terminalBackground: "var(--sunk)",
      terminalTitlebarBackground: "var(--sunk)",
      terminalTitlebarForeground: "var(--ink-2)",
      terminalTitlebarBorderBottomColor: "var(--rule)",
      terminalTitlebarDotsOpacity: "0",
      editorActiveTabBackground: "var(--sunk)",
      editorActiveTabForeground: "var(--ink-2)",
      editorActiveTabBorderColor: "transparent",
      editorActiveTabIndicatorTopColor: "transparent",
      editorActiveTabIndicatorBottomColor: "transparent",
      editorTabBarBackground: "var(--sunk)",
      editorTabBarBorderBottomColor: "var(--rule)",
      editorBackground: "var(--sunk)",
    },
  },
};
