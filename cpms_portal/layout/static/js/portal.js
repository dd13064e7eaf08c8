// What every page loads: each part wakes only where its mark stands in the page.
import { wakeTheme } from "./theme.js";
import { wakeAutosave } from "./autosave.js";
import { wakeDirtyForms } from "./dirty-form.js";
import { wakeRows } from "./rows.js";
import { wakePickers } from "./picker.js";
import { wakeConfirm } from "./confirm.js";
import { wakeDropZones } from "./drop-zone.js";
import { wakePage } from "./page.js";

wakeTheme();
wakePage();
wakeRows();
wakePickers(document);
wakeDropZones(document);
wakeAutosave();
wakeDirtyForms();
wakeConfirm();
