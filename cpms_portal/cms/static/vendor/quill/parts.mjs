// The parts of Quill the editor uses: its core and the formats of our texts. MANIFEST.md says how
// quill.js is made of them.
import Quill from "quill/core.js";
import Blockquote from "quill/formats/blockquote.js";
import Bold from "quill/formats/bold.js";
import CodeBlock from "quill/formats/code.js";
import Header from "quill/formats/header.js";
import Image from "quill/formats/image.js";
import Indent from "quill/formats/indent.js";
import Italic from "quill/formats/italic.js";
import Link from "quill/formats/link.js";
import List from "quill/formats/list.js";
import Script from "quill/formats/script.js";
import Table from "quill/modules/table.js";

Quill.register({
  "formats/blockquote": Blockquote,
  "formats/bold": Bold,
  "formats/code-block": CodeBlock,
  "formats/header": Header,
  "formats/image": Image,
  "formats/indent": Indent,
  "formats/italic": Italic,
  "formats/link": Link,
  "formats/list": List,
  "formats/script": Script,
  "modules/table": Table,
}, true);
window.Quill = Quill;
