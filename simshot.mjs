// node simshot.mjs OUT WIDTH THEME id@step[,id@step] ; step: number or e(nd)
import { chromium } from "playwright";
const [out, width, theme, ids, base="http://127.0.0.1:4414"] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const p = await b.newPage({ viewport: { width: +width, height: +width < 600 ? 740 : 900 }, colorScheme: theme, ...(+width < 600 ? { hasTouch: true, isMobile: true } : {}) });
p.on("console", m => m.type()==="error" && console.log("ERR", m.text()));
p.on("pageerror", e => console.log("PAGEERR", e.message));
for (const one of ids.split(",")) {
  const [id, at="e", crop="", fol=""] = one.split("@");
  await p.goto(`${base}/embed/${id}/`, {waitUntil:"load"});
  const sim = p.locator("figure.sim[data-live][data-ready]");
  await sim.waitFor({timeout:60000});
  await sim.locator(".pictures").focus();
  if (at === "e") await p.keyboard.press("End"); else { const r = sim.locator("input[type=range]").first(); await r.evaluate((el,v)=>{el.value=v; el.dispatchEvent(new Event("input",{bubbles:true}))}, at); }
  if (fol) { await sim.locator(".follow select").selectOption({index:+fol}); if(at==="e"){await sim.locator(".pictures").focus(); await p.keyboard.press("End");} }
  await p.waitForTimeout(500);
  const h = await p.evaluate(() => document.documentElement.scrollHeight);
  await p.evaluate(()=>scrollTo(0,0));
  const [y0,hh] = crop ? crop.split("+").map(Number) : [0, Math.min(h, 2000)];
  const f=`${out}/${id}-${at}-${width}-${theme}${y0?"-"+y0:""}.png`;
  await p.screenshot({ path: f, fullPage: true, clip: { x: 0, y: y0, width: +width, height: Math.min(hh, h-y0) } });
  console.log(f, h);
}
await b.close();
