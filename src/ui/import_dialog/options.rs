//! Left column of the import dialog: the detected properties with the evidence, and the options to override them.

use crate::app::page_commands::ImportCommand;
use crate::app::{Command, ImportPreview};
use crate::format::conll::Delimiter;
use crate::format::text::SampleBy;
use crate::format::{self, FORMATS, OffsetUnit, ReadOptions, ReadReport};
use crate::i18n::tr;
use crate::ui::Commands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{combo_box, form_field, icon_paragraph, paragraph};
use egui::Ui;

/// Shows the detected properties, and the options to override them.
pub(super) fn show_options(ui: &mut Ui, importing: &ImportPreview, out: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 12.0;
    let found = importing.result.as_ref().ok().and_then(|d| d.files.first()).map(|f| &f.report);
    let mut choices = importing.choices;
    let automatic =
        |what: Option<String>| what.map_or(tr!("Automatic").into(), |detected| tr!("Automatic ({detected})", detected));

    let mut formats = FORMATS.to_vec();
    formats.sort_by_key(|f| f.name);
    let names: Vec<&str> = formats.iter().map(|f| f.name).collect();
    let chosen = choices.format.and_then(|f| names.iter().position(|n| *n == f.name));
    let what = found.filter(|_| choices.format.is_none()).map(|f| f.format.name.to_owned());
    if let Some(picked) = override_row(ui, tr!("Format"), "", automatic(what), &names, chosen) {
        choices =
            ReadOptions { format: picked.map(|i| formats[i]), encoding: choices.encoding, ..ReadOptions::default() };
    }

    let is_text = found.is_none_or(|f| f.encoding.is_some());
    if is_text {
        let chosen =
            choices.encoding.and_then(|e| COMMON_ENCODINGS.iter().position(|n| n.eq_ignore_ascii_case(e.name())));
        let what = found.filter(|_| choices.encoding.is_none()).and_then(|f| f.encoding).map(str::to_owned);
        if let Some(picked) = override_row(ui, tr!("Encoding"), "", automatic(what), &COMMON_ENCODINGS, chosen) {
            choices.encoding = picked.and_then(|i| encoding_rs::Encoding::for_label(COMMON_ENCODINGS[i].as_bytes()));
        }
    }
    if found.is_none_or(|f| f.layout.is_some()) {
        column_options(ui, found, &mut choices);
    }
    if let Some(unit) = found.and_then(|f| f.offset_unit) {
        let units = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes];
        let chosen = choices.offset_unit.and_then(|u| units.iter().position(|o| *o == u));
        let what = choices.offset_unit.is_none().then(|| unit.name().to_owned());
        if let Some(picked) =
            override_row(ui, tr!("Offset unit"), "", automatic(what), &units.map(OffsetUnit::name), chosen)
        {
            choices.offset_unit = picked.map(|i| units[i]);
        }
    }
    if found.is_some_and(|f| f.format == format::TEXT) {
        let chosen = choices.sample_by.and_then(|e| SampleBy::ALL.iter().position(|o| *o == e));
        let names = SampleBy::ALL.map(SampleBy::name);
        if let Some(picked) =
            override_row(ui, tr!("One document per"), "", automatic(Some(tr!("File").into())), &names, chosen)
        {
            choices.sample_by = picked.map(|i| SampleBy::ALL[i]);
        }
    }
    if let Some(sheets) = found.map(|f| &f.sheets).filter(|sheets| sheets.len() > 1) {
        let automatic = automatic(Some(tr!("First non-empty sheet").into()));
        if let Some(picked) = override_row(ui, tr!("Sheet"), "", automatic, sheets, choices.sheet) {
            choices.sheet = picked;
        }
    }
    roles(ui, found);
    detection_notes(ui, importing);
    if choices != importing.choices {
        out.push(Command::ImportPreview(ImportCommand::SetImportOptions(choices)));
    }
}

/// Common encodings, by their names in the Encoding Standard.
const COMMON_ENCODINGS: [&str; 14] = [
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "windows-1252",
    "ISO-8859-2",
    "ISO-8859-15",
    "windows-1250",
    "windows-1251",
    "KOI8-R",
    "windows-1256",
    "GB18030",
    "Big5",
    "Shift_JIS",
    "EUC-KR",
];

/// Shows a list of the detected value and the options. Returns `Some` if the user chose another one.
fn override_row(
    ui: &mut Ui,
    name: &str,
    help: &str,
    automatic: String,
    options: &[impl AsRef<str>],
    chosen: Option<usize>,
) -> Option<Option<usize>> {
    let all: Vec<String> = std::iter::once(automatic).chain(options.iter().map(|o| o.as_ref().to_owned())).collect();
    let mut at = chosen.map_or(0, |i| i + 1);
    let response = form_field(ui, &name.into(), help, None, |ui| combo_box(ui, name, &mut at, &all));
    response.changed().then(|| at.checked_sub(1))
}

fn column_options(ui: &mut Ui, found: Option<&ReadReport>, choices: &mut ReadOptions) {
    let separators =
        [Delimiter::Space, Delimiter::Tab, Delimiter::Char(','), Delimiter::Char(';'), Delimiter::Char('|')];
    let name = |s: Delimiter| match s {
        Delimiter::Space => tr!("Spaces or tabs").to_owned(),
        Delimiter::Tab => tr!("Tab").to_owned(),
        Delimiter::Char(sign) => sign.to_string(),
    };
    let layout = found.and_then(|f| f.layout);
    let explicit = &mut choices.columns;
    let automatic = |known: Option<String>, explicit: bool| match known.filter(|_| !explicit) {
        Some(detected) => tr!("Automatic ({detected})", detected),
        None => tr!("Automatic").into(),
    };
    let chosen = explicit.separator.and_then(|s| separators.iter().position(|o| *o == s));
    let by_itself = automatic(layout.map(|l| name(l.separator)), explicit.separator.is_some());
    if let Some(picked) = override_row(ui, tr!("Delimiter"), "", by_itself, &separators.map(name), chosen) {
        *explicit = format::conll::ColumnOptions { separator: picked.map(|i| separators[i]), ..Default::default() };
    }
    let numbers: Vec<String> = (1..=layout.map_or(0, |l| l.columns)).map(|n| tr!("Column {n}", n)).collect();
    if numbers.len() > 2 || explicit.word.is_some() || explicit.tag.is_some() {
        let at = |column: Option<usize>| column.and_then(|c| numbers.get(c).cloned());
        let by_itself = automatic(at(layout.map(|l| l.word)), explicit.word.is_some());
        if let Some(picked) = override_row(ui, tr!("Token column"), "", by_itself, &numbers, explicit.word) {
            explicit.word = picked;
        }
        let by_itself = automatic(at(layout.map(|l| l.tag)), explicit.tag.is_some());
        if let Some(picked) = override_row(ui, tr!("Tag column"), "", by_itself, &numbers, explicit.tag) {
            explicit.tag = picked;
        }
    }
}

/// Shows the role of each column or field.
fn roles(ui: &mut Ui, found: Option<&ReadReport>) {
    let p = theme::colors(ui);
    let Some(roles) = found.map(|f| &f.roles).filter(|roles| !roles.is_empty()) else { return };
    let title = |role: &str| match role {
        "text" => tr!("Text column").to_owned(),
        "label" => tr!("Label column").to_owned(),
        "id" => tr!("Id column").to_owned(),
        "split" => tr!("Split column").to_owned(),
        _ => tr!("Sentence column").to_owned(),
    };
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        for (role, column) in roles {
            paragraph(ui, TextRole::Small, p.text_secondary, &tr!("{role}: {column}", role = title(role), column));
        }
    });
}

/// Shows the evidence of the detection, as sentences. Sentences that several files share are shown once.
fn detection_notes(ui: &mut Ui, importing: &ImportPreview) {
    let p = theme::colors(ui);
    let Ok(dataset) = &importing.result else { return };
    let mut sentences: Vec<String> = Vec::new();
    let schemes: Vec<&str> = dataset.distinct_schemes().iter().map(|s| s.name()).collect();
    if !schemes.is_empty() {
        sentences.push(tr!("Tag scheme: {schemes}", schemes = schemes.join(", ")));
    }
    for sentence in dataset.files.iter().flat_map(|f| &f.report.detection_notes) {
        if !sentences.contains(sentence) {
            sentences.push(sentence.clone());
        }
    }
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        for sentence in sentences.iter().take(8) {
            icon_paragraph(ui, icon::SEARCH, 12.0, p.text_muted, sentence);
        }
    });
}
