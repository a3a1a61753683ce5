#include "cli/report/draw.h"

namespace pw::cli::report {

// No '&' or '<' in it: the page is XML too.
std::string style_sheet() {
  return R"css(
:root { --paper: #fff; --ink: #1b1f24; --soft: #57606a; --rule: #d5dae0; --box: #f5f7f9;
  --blue: #0b5cad; --green: #1a7f4b; --orange: #b35900; --red: #b3261e; --flow: #bcd3ea;
  --bar: #4f8fcf; --costs: #fff4dc; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e3e8ee; --soft: #9aa5b1; --rule: #39424d; --box: #1e242b;
    --blue: #79b8ff; --green: #62d095; --orange: #ffb068; --red: #ff8a80; --flow: #2f4a66;
    --bar: #4f8fcf; --costs: #3a3120; } }
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --rule: #bbb; --box: #f7f7f7;
    --blue: #0b5cad; --green: #1a7f4b; --orange: #b35900; --red: #b3261e; --flow: #bcd3ea;
    --bar: #4f8fcf; --costs: #fff4dc; }
  body { max-width: none !important; padding: 0 !important; font-size: 10pt !important; }
  .scroll { overflow: visible !important; }
  section { break-inside: auto; } h2 { break-after: avoid; }
  tr, .plot, .card { break-inside: avoid; } nav { display: none; }
  pre, code, table.source td:last-child { overflow-wrap: anywhere; white-space: pre-wrap !important; }
  details::details-content { content-visibility: visible !important; display: block !important; }
  summary { list-style: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
* { box-sizing: border-box; }
html { color-scheme: light dark; }
body { margin: 0 auto; padding: 24px 28px 64px; max-width: 1130px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 26px; margin: 0 0 2px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 40px 0 8px; border-bottom: 1px solid var(--rule); padding-bottom: 4px; }
h3 { font-size: 15px; margin: 20px 0 6px; overflow-wrap: anywhere; }
p { margin: 6px 0 10px; max-width: 80ch; } .soft { color: var(--soft); }
nav { margin: 14px 0; font-size: 14px; } nav a { color: var(--blue); margin-right: 14px; }
code, pre, .mono, table.source td { font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace;
  font-size: 12.5px; }
code { overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 10px;
  margin: 16px 0; }
.card { background: var(--box); border: 1px solid var(--rule); border-radius: 8px;
  padding: 10px 12px; }
.card b { display: block; font-size: 19px; font-weight: 600; }
.card span { color: var(--soft); font-size: 13px; }
.good { color: var(--green); } .bad { color: var(--red); }
.scroll { overflow-x: auto; margin: 10px 0; }
table { border-collapse: collapse; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0;
  border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 600; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.source { width: 100%; } table.source td { border: 0; padding: 0 12px 0 0; white-space: pre; }
table.source tr.costs td { background: var(--costs); }
table.source td:first-child { color: var(--soft); text-align: right; width: 1%; }
svg { display: block; max-width: 100%; height: auto; margin: 10px 0; }
svg text { fill: var(--ink); font: 12px system-ui, "DejaVu Sans", Arial, sans-serif; }
svg .tick { paint-order: stroke; stroke: var(--paper); stroke-width: 3px;
  stroke-linejoin: round; }
svg .tick, svg .arctext { fill: var(--soft); font-size: 12px; }
svg .arctext { fill: var(--red); } svg .axis { fill: var(--soft); font-size: 13px; }
svg .title { font-weight: 600; font-size: 13px; }
svg .match, svg .do, svg .wait { font: 11.5px "DejaVu Sans Mono", Consolas, Menlo, monospace; }
svg .match { fill: var(--blue); } svg .wait { fill: var(--soft); }
svg .stage, svg .end, svg .map, svg .fifo { fill: var(--box); stroke: var(--rule); }
svg .map { stroke: var(--green); } svg .end { stroke-dasharray: 4 3; }
svg .flow { fill: var(--flow); } svg .link { stroke: var(--flow); stroke-width: 3; }
svg .find, svg .read, svg .write, svg .arc { fill: none; stroke-width: 1.8; }
svg .find { stroke: var(--green); } svg .read { stroke: var(--blue); }
svg .write { stroke: var(--orange); } svg .arc { stroke: var(--red); stroke-dasharray: 5 3; }
svg .grid { stroke: var(--rule); } svg .frame { stroke: var(--soft); }
svg .linerate { fill: none; stroke: var(--orange); stroke-width: 2; stroke-dasharray: 7 4; }
svg .stem { stroke: var(--bar); stroke-width: 1.5; }
svg .point, svg .bar { fill: var(--bar); } svg .point { stroke: var(--paper); }
svg .mark { stroke: var(--red); stroke-dasharray: 4 3; }
.key i { font-style: normal; font-weight: 700; }
.f { color: var(--green); } .r { color: var(--blue); } .w { color: var(--orange); }
.a { color: var(--red); }
)css";
}

} // namespace pw::cli::report
