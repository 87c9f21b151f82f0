//! What was read so far: for the progress, and for the report.

use super::files::Found;
use crate::plan::Plan;
use domain::Lang;
use serde::Serialize;
use tabular::{By, Format};

/// One file of the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// The table it belongs to.
    pub table: String,
    /// Its name, without the folder.
    pub file: String,
    /// Its rows without the header.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub blake3: String,
    /// How it is written.
    #[serde(flatten)]
    pub written: Written,
}

/// How a file is written, and what of it was passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The encoding of a text: `utf-8`, `gb18030`, `utf-16le`; none of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// How that is known: `told` by the mapping, from the `file`'s byte order mark, `found`, or `guessed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding_by: Option<&'static str>,
    /// What the encoding may be as well, where it is `guessed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding_perhaps: Option<String>,
    /// The sign between the cells of a text; none of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// The sheet that was read; none of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Sheets that were not read because a spreadsheet does not show them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden_sheets: Vec<String>,
    /// The row of the heading, where rows above it were passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading_row: Option<u64>,
    /// Rows that were the heading again.
    #[serde(skip_serializing_if = "is_none")]
    pub repeated_headings: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Written {
    fn new(format: &Format) -> Self {
        match format {
            Format::Text(text) => Self {
                encoding: Some(text.encoding.name()),
                encoding_by: Some(text.encoding_by.as_str()),
                encoding_perhaps: text.perhaps.map(tabular::Encoding::name),
                separator: Some(text.separator),
                ..Self::default()
            },
            Format::Workbook(book) => {
                let hidden = book.sheets.iter().filter(|sheet| sheet.is_hidden && sheet.name != book.sheet);
                Self {
                    sheet: Some(book.sheet.clone()),
                    hidden_sheets: hidden.map(|sheet| sheet.name.clone()).collect(),
                    ..Self::default()
                }
            }
        }
    }
}

impl InputFile {
    /// What people should know of how it was read, in Chinese and English; none for UTF-8 with its heading on top.
    pub fn note(&self) -> Option<(String, String)> {
        let Written { encoding, encoding_by, hidden_sheets, heading_row, repeated_headings, sheet, .. } =
            &self.written;
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        if let (Some(encoding), Some(by)) = (encoding, encoding_by)
            && encoding != "utf-8"
        {
            let (table, found) = (&self.table, *by == By::Found.as_str());
            let (how_zh, how_en) = match &self.written.encoding_perhaps {
                Some(other) => (
                    format!("（猜的，也可能是 {other}；请用 tables.{table}.encoding 写明）"),
                    format!(" (guessed, perhaps {other}: say which with tables.{table}.encoding)"),
                ),
                None if found => ("（自动识别）".to_owned(), " (found)".to_owned()),
                None => Default::default(),
            };
            zh.push(format!("编码 {encoding}{how_zh}"));
            en.push(format!("encoding {encoding}{how_en}"));
        }
        if let Some(row) = heading_row {
            zh.push(format!("表头在第 {row} 行"));
            en.push(format!("heading in row {row}"));
        }
        if *repeated_headings > 0 {
            zh.push(format!("略过重复表头 {repeated_headings} 行"));
            en.push(format!("heading again in {repeated_headings} rows, passed over"));
        }
        if let (Some(sheet), [_, ..]) = (sheet, &hidden_sheets[..]) {
            let hidden = hidden_sheets.join(", ");
            zh.push(format!("读取工作表 {sheet}，未读隐藏工作表 {hidden}"));
            en.push(format!("sheet {sheet}, hidden sheets not read: {hidden}"));
        }
        (!en.is_empty()).then(|| (zh.join("；"), en.join("; ")))
    }
}

/// Files that are told one by one.
const NOTED: usize = 5;

/// What people should know of how the files were read; nothing for files that are as they are expected.
pub(crate) fn notes(files: &[InputFile], lang: Lang) -> Vec<String> {
    let told = files.iter().filter_map(|file| {
        let (zh, en) = file.note()?;
        Some(lang.pick(format!("{}: {en}", file.file), format!("{}：{zh}", file.file)))
    });
    let mut notes: Vec<String> = told.collect();
    let more = notes.len().saturating_sub(NOTED);
    if more > 0 {
        notes.truncate(NOTED);
        notes.push(lang.pick(format!("and {more} more"), format!("另有 {more} 份")));
    }
    notes
}

/// A file while it is read.
pub(super) struct FileRead {
    file: usize,
    written: Written,
    pub rows: u64,
    pub bytes: u64,
    pub digest: Option<blake3::Hash>,
    pub heading_row: Option<u64>,
    pub repeated_headings: u64,
}

impl FileRead {
    pub fn new(file: usize, format: &Format) -> Self {
        let written = Written::new(format);
        Self { file, written, rows: 0, bytes: 0, digest: None, heading_row: None, repeated_headings: 0 }
    }
}

/// Counts what was read.
pub(super) struct Meter<'a> {
    done: u64,
    total: u64,
    rows: u64,
    tell: &'a mut dyn FnMut(u64, u64),
    stops: &'a dyn Fn() -> bool,
    read: Vec<FileRead>,
}

impl<'a> Meter<'a> {
    pub fn new(total: u64, tell: &'a mut dyn FnMut(u64, u64), stops: &'a dyn Fn() -> bool) -> Self {
        tell(0, total);
        let (done, rows, read) = (0, 0, Vec::new());
        Self { done, total, rows, tell, stops, read }
    }

    /// A file's bytes were read in one go.
    pub fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        (self.tell)(self.done, self.total);
    }

    /// Answers whether nobody waits for it any more.
    pub fn stops(&self) -> &'a dyn Fn() -> bool {
        self.stops
    }

    /// A file is done.
    pub fn done_with(&mut self, read: FileRead) {
        self.rows += read.rows;
        self.read.push(read);
    }

    /// Rows of the files that are done.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn into_files(mut self, found: &Found, plan: &Plan) -> Vec<InputFile> {
        self.read.sort_unstable_by_key(|read| read.file);
        let files = self.read.into_iter().map(|read| {
            let source = &found.0[read.file];
            // A heading in the first row is nothing to tell.
            let heading_row = read.heading_row.filter(|row| *row > 1);
            InputFile {
                table: plan.tables[source.table].name.clone(),
                file: source.name.clone(),
                rows: read.rows,
                bytes: read.bytes,
                blake3: read.digest.map(|digest| digest.to_hex().to_string()).unwrap_or_default(),
                written: Written { heading_row, repeated_headings: read.repeated_headings, ..read.written },
            }
        });
        files.collect()
    }
}
