import { chromium } from "playwright"; import {readFileSync} from "node:fs";
const [out,...fs]=process.argv.slice(2);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const p = await b.newPage({viewport:{width:380*fs.length,height:900}});
await p.setContent(`<body style="margin:0;display:flex;gap:20px;align-items:flex-start;background:#888">`+fs.map(f=>`<img style="width:360px" src="data:image/png;base64,${readFileSync(f).toString("base64")}">`).join("")+`</body>`);
await p.screenshot({path:out,fullPage:true}); await b.close();
