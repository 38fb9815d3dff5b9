"""What somebody might write into a text to run a script in a reader's browser.

`ran(1)` stands for the script; every page defines it.
"""

from base64 import b64encode

IMG = "<img src=x onerror=ran(1)>"
SVG_PAGE = "<svg xmlns='http://www.w3.org/2000/svg' onload='parent.ran(1)'/>"
PACKED = b64encode(b"<script>parent.ran(1)</script>").decode()

# Each of these runs in a page that lets it in: the test begins by showing that.
RUNNING = {
    "script": "<script>ran(1)</script>",
    "script in capitals": "<ScRiPt>ran(1)</sCrIpT>",
    "script with a slash": "<script/x>ran(1)</script>",
    "script from data": '<script src="data:text/javascript,ran(1)"></script>',
    "module from data": '<script type=module src="data:text/javascript,ran(1)"></script>',
    "script after another's end": "</script><script>ran(1)</script>",
    "script after a comment's end": "--><script>ran(1)</script>",
    "script in svg": "<svg><script>ran(1)</script></svg>",
    "picture that fails": IMG,
    "picture in capitals": "<IMG SRC=x OnErRoR=ran(1)>",
    "picture with slashes": '<img/src="x"/onerror=ran(1)>',
    "picture in backticks": "<img src=`x` onerror=ran(1)>",
    "picture under its old name": "<image src=x onerror=ran(1)>",
    "picture in quotation marks": '"><img src=x onerror="ran(1)">',
    "picture in apostrophes": "'><img src=x onerror='ran(1)'>",
    "picture in an empty comment": "<!--><img src=x onerror=ran(1)>-->",
    "picture after an instruction": '<?xml version="1.0"?><img src=x onerror=ran(1)>',
    "picture in a foreign object": "<svg><foreignObject><img src=x onerror=ran(1)>",
    "picture as a button": "<input type=image src=x onerror=ran(1)>",
    "picture after a title's end": "<title></title><img src=x onerror=ran(1)></title>",
    "picture with a coded handler": "<img src=x onerror='&#114;an(1)'>",
    "drawing that loads": "<svg onload=ran(1)>",
    "drawing that loads, by lines": "<svg\nonload\n=\nran(1)\n>",
    "drawing that moves": "<svg><animate onbegin=ran(1) attributeName=x dur=1s>",
    "drawing that is set": "<svg><set onbegin=ran(1) attributeName=x to=1>",
    "frame with a page": f"<iframe srcdoc='{IMG.replace('ran', 'parent.ran')}'></iframe>",
    "frame with a script": "<iframe src=javascript:parent.ran(1)></iframe>",
    "frame that loads": "<iframe onload=ran(1)></iframe>",
    "object that fails": "<object data=x:x onerror=ran(1)></object>",
    "field in focus": "<input autofocus onfocus=ran(1)>",
    "area in focus": "<textarea autofocus onfocus=ran(1)></textarea>",
    "unknown element in focus": "<xss autofocus tabindex=1 onfocus=ran(1)>x</xss>",
    "details that open": "<details open ontoggle=ran(1)>x</details>",
    "film without source": "<video><source onerror=ran(1)></video>",
    "film that fails": "<video src=x onerror=ran(1)></video>",
    "sound that fails": "<audio src=x onerror=ran(1)></audio>",
    "style that moves": "<style>@keyframes x{}</style><p style=animation-name:x "
    "onanimationstart=ran(1)>x</p>",
    "pointer over it": "<p onmouseover=ran(1)>x</p>",
    "pointer enters it": "<p onpointerenter=ran(1)>x</p>",
    "pressed": "<p onclick=ran(1)>x</p>",
    "copied": "<p oncopy=ran(1)>x</p>",
    "link": "<a href=javascript:ran(1)>x</a>",
    "link in capitals": "<a href=JaVaScRiPt:ran(1)>x</a>",
    "link with a code": '<a href="&#106;avascript:ran(1)">x</a>',
    "link with a tab": '<a href="java&#9;script:ran(1)">x</a>',
    "link with a line": '<a href="java&#10;script:ran(1)">x</a>',
    "link behind a control": '<a href="&#1;javascript:ran(1)">x</a>',
    "link behind a space": '<a href=" javascript:ran(1)">x</a>',
    "link in a drawing": "<svg><a href=javascript:ran(1)><text y=9>x</text></a></svg>",
    "button of a form": "<form><button formaction=javascript:ran(1)>x</button></form>",
    "form": "<form action=javascript:ran(1)><button>x</button></form>",
}

# These need an old browser, or a cleaner that makes a mistake.
CUNNING = {
    "picture without its end": "<img src=x onerror=ran(1) ",
    "picture in cdata of svg": "<svg><![CDATA[><img src=x onerror=ran(1)>]]></svg>",
    "moving type": "<marquee onstart=ran(1)>x</marquee>",
    "script in a script": "<scr<script>ipt>ran(1)</scr</script>ipt>",
    "two signs": "<<script>ran(1)//<</script>",
    "script with a form feed": "<script\x0c>ran(1)</script>",
    "script in a template": "<template><script>ran(1)</script></template>",
    "script that a page brings": '<link rel=import href="data:text/html,<script>ran(1)</script>">',
    "body that loads": "<body onload=ran(1)>",
    "page that moves on": '<meta http-equiv=refresh content="0;url=javascript:ran(1)">',
    "base of all links": "<base href=javascript:/a/><a href=#>x</a>",
    "page in an object": f"<object data='data:text/html;base64,{PACKED}'></object>",
    "page in an embed": f"<embed src='data:text/html;base64,{PACKED}'>",
    "drawing used": '<svg><use href="data:image/svg+xml,<svg id=x onload=ran(1)/>#x"></svg>',
    "link that is set in a drawing": "<svg><a><animate attributeName=href "
    "values=javascript:ran(1) /><text y=9>x</text></a></svg>",
    "link in mathematics": "<math><a xlink:href=javascript:ran(1)>x</a></math>",
    "mathematics itself": "<math href=javascript:ran(1)>x</math>",
    "background": "<table background=javascript:ran(1)><tr><td>x",
    "style with a script": '<div style="background:url(javascript:ran(1))">x</div>',
    "style by expression": '<div style="width:expression(ran(1))">x</div>',
    "stylesheet": '<link rel=stylesheet href="data:text/css,*{color:red}">',
    "noscript": f'<noscript><p title="</noscript>{IMG}">',
    "attribute that ends": f'<p title="</p>{IMG}">',
    "changed by mathematics": "<math><mtext><table><mglyph><style><!--</style>"
    '<img title="--&gt;&lt;img src=1 onerror=ran(1)&gt;">',
    "changed by a form": "<form><math><mtext></form><form><mglyph><style></math>"
    "<img src onerror=ran(1)>",
    "changed by a drawing": f'<svg></p><style><a id="</style>{IMG}">',
    "changed by a title": f'<svg><title><style><img id="</style>{IMG}"></title></svg>',
    "changed by a select": f"<select><template><style><!--</style><a rel='--&gt;{IMG}'>",
    "two namespaces": f"<math><annotation-xml encoding='text/html'>{IMG}</annotation-xml></math>",
    "already escaped": "&lt;script&gt;ran(1)&lt;/script&gt;",
    "escaped by numbers": "&#60;script&#62;ran(1)&#60;/script&#62;",
    "escaped twice": "&amp;lt;img src=x onerror=ran(1)&amp;gt;",
    "for a template": "{{ ran }}{% include 'admin/base.html' %}{{constructor('ran(1)')()}}",
    "for another template": "${ran(1)} <%= ran(1) %> #{ran(1)}",
    "null between": "<im\x00g src=x onerror=ran(1)>",
    "other direction": "\u202e<img src=x onerror=ran(1)>",
    "wide signs": "\uff1cscript\uff1eran(1)\uff1c/script\uff1e",
    "frame of the data": f"<iframe src='data:text/html;base64,{PACKED}'></iframe>",
    "name of the page": "<img name=cookie><form id=body><input name=attributes></form>",
}

HTML = RUNNING | CUNNING

ADDRESSES = {
    "script": "javascript:ran(1)",
    "script in capitals": "JaVaScRiPt:ran(1)",
    "script behind a comment": "javascript://example.com/%0aran(1)",
    "script coded in html": "&#106;avascript:ran(1)",
    "script coded in hex": "&#x6A;avascript&colon;ran(1)",
    "script coded in the address": "%6Aavascript:ran(1)",
    "script with a tab": "java&Tab;script:ran(1)",
    "script with a line": "java&NewLine;script:ran(1)",
    "script behind a control": "\x01javascript:ran(1)",
    "script behind a coded control": "&#1;javascript:ran(1)",
    "script in wide letters": "\uff4aavascript:ran(1)",
    "script with a backslash": "javascript\\:ran(1)",
    "script that is viewed": "view-source:javascript:ran(1)",
    "script of a feed": "feed:javascript:ran(1)",
    "basic": "vbscript:ran(1)",
    "old script": "livescript:ran(1)",
    "page": "data:text/html,<script>parent.ran(1)</script>",
    "packed page": f"data:text/html;base64,{PACKED}",
    "drawing": f"data:image/svg+xml,{SVG_PAGE}",
    "packed drawing": f"data:image/svg+xml;base64,{b64encode(SVG_PAGE.encode()).decode()}",
    "thing in memory": "blob:https://example.com/1",
    "file": "file:///etc/passwd",
    "end of the attribute": 'https://example.com/"onmouseover="ran(1)',
    "end of the attribute, coded": "https://example.com/&quot;onmouseover=&quot;ran(1)",
    "end of the tag": "https://example.com/><img/src=x/onerror=ran(1)>",
    "own picture with a handler": '/media/x"onerror="ran(1)',
    "own picture and up": "/media/../admin/logout/",
    "picture elsewhere": "https://pixel.example/x.png",
    "picture elsewhere, briefly": "//pixel.example/x.png",
}

LINKS = {
    "link": "[x]({})",
    "picture": "![x]({})",
    "bare": "<{}>",
    "in pointed brackets": "[x](<{}>)",
    "by reference": "[x][y]\n\n[y]: {}",
}

PLACES = {
    "heading": "## {}",
    "underlined heading": "{}\n---",
    "practical heading": "## {} {{.practical}}",
    "list": "- {}",
    "quotation": "> {}",
    "table": "| a | b |\n|---|---|\n| x | {} |",
    "words of a link": "[{}](/safety/)",
    "title of a link": '[x](/safety/ "{}")',
    "words of a picture": "![{}](/media/x.png)",
    "title of a picture": '![x](/media/x.png "{}")',
    "emphasis": "**{}**",
    "code": "`{}`",
    "block of code": "```{0}\n{0}\n```",
    "citation": "So. [@{}]",
    "citation of two": "So. [@gattie-2021; @{}]",
    "title of a callout": "::: callout {0}\n{0}\n:::",
    "care card": "::: emergency {0}\n- {0}\n:::",
    "list of what to do": "::: do {0}\n- {0}\n:::",
    "list of what not to do": "::: do-not {0}\n- {0}\n:::",
    "comparison": "::: compare {0}\n| a | b |\n|---|---|\n| {0} | {0} |\n:::",
    "chances": "::: icon-array 3-5 100 {0}\n{0}\n:::",
    "broken chances": "::: icon-array {0}\n{0}\n:::",
    "drawing": "::: picture {0}\n{0}\n:::",
    "drawing with a caption": "::: picture tender-point\n{0}\n:::",
    "photo": "::: photo {0}\n{0}\n:::",
    "safety": "::: tell-us-first {0}\n{0}\n:::",
    "block of no kind": "::: {0}\n{0}\n:::",
    "block without end": "::: do\n- {0}",
}
IN_PLACES = ("script", "picture that fails", "picture in quotation marks", "drawing that loads")


def markdown() -> dict[str, str]:
    """Every payload as a Markdown text, by what it is."""
    texts = {f"html: {name}": payload for name, payload in HTML.items()}
    for place, form in PLACES.items():
        for name in IN_PLACES:
            texts[f"{place}: {name}"] = form.format(HTML[name])
    for kind, form in LINKS.items():
        for name, address in ADDRESSES.items():
            texts[f"{kind}: {name}"] = form.format(address)
    return texts
