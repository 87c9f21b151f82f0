//! The first rows of a file as text, whatever they mean.

use crate::ReadError;
use std::{
    fs::File,
    io::{BufReader, Seek},
    path::Path,
};
use tabular::{By, Encoding, Format, Heading, How};

/// What an encoding is known by that is not sure.
const GUESSED: &str = "猜的，请核对 · a guess, check it";

/// The first rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glance {
    /// How it is encoded, as `utf-8`, `gb18030`, `utf-16le`; of a workbook `xlsx`.
    pub encoding: String,
    /// What that is known by, for people.
    pub known_by: &'static str,
    /// Whether it may be another: nothing is read by it before the mapping says which.
    pub is_guess: bool,
    /// The sign between the cells of a text.
    pub delimiter: Option<char>,
    /// The sheets of a workbook.
    pub sheets: Vec<SheetSeen>,
    /// The sheet that the rows are of.
    pub sheet: Option<String>,
    /// Rows by their number in a spreadsheet; cells without what spreadsheets wrap them in.
    pub rows: Vec<(u64, Vec<String>)>,
    /// Whether these are all of its rows.
    pub is_whole: bool,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetSeen {
    /// Its name.
    pub name: String,
    /// Whether a spreadsheet hides it.
    pub is_hidden: bool,
}

impl Glance {
    /// Reads so many rows of a file.
    pub fn at(path: &Path, rows: usize) -> Result<Self, ReadError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let failed = |error: tabular::Error| ReadError::of(path, &name, error);
        let mut file = BufReader::new(File::open(path).map_err(|error| failed(error.into()))?);
        let mut how = How { heading: Heading::Guess, ..How::default() };
        let mut likely = None;
        let looked = match tabular::look(&mut file, &how) {
            // Whoever looks is told what it may be, and has the last word in the mapping.
            Err(tabular::Error::Encoding { likely: label }) => {
                how.encoding = Encoding::find(&label);
                likely = how.encoding;
                file.rewind().map_err(|error| failed(error.into()))?;
                tabular::look(&mut file, &how)
            }
            looked => looked,
        };
        let looked = looked.map_err(failed)?;
        file.rewind().map_err(|error| failed(error.into()))?;
        let mut table = tabular::open(file, &looked, &how).map_err(failed)?;
        let mut found = Self::of(table.format());
        if likely.is_some() {
            (found.known_by, found.is_guess) = (GUESSED, true);
        }
        // Without words for a heading every row is a record: the headings are looked for later.
        let mut records = table.records(&Heading::Words(&[])).map_err(failed)?;
        while let Some(record) = records.next().map_err(failed)? {
            if found.rows.len() == rows {
                return Ok(found);
            }
            let cells = (0..record.len()).map(|at| record.cell(at).to_owned()).collect();
            found.rows.push((record.row(), cells));
        }
        found.is_whole = true;
        Ok(found)
    }

    fn of(format: &Format) -> Self {
        match format {
            Format::Text(text) => Self {
                encoding: text.encoding.name(),
                known_by: match text.encoding_by {
                    By::Told => "映射指定 · told",
                    By::File => "字节序标记 · byte order mark",
                    By::Found => "按内容判断 · by what stands in it",
                    By::Guessed => GUESSED,
                },
                is_guess: text.encoding_by == By::Guessed,
                delimiter: Some(text.separator),
                ..Self::default()
            },
            Format::Workbook(workbook) => Self {
                encoding: "xlsx".into(),
                known_by: "工作簿 · a workbook",
                sheets: workbook
                    .sheets
                    .iter()
                    .map(|sheet| SheetSeen { name: sheet.name.clone(), is_hidden: sheet.is_hidden })
                    .collect(),
                sheet: Some(workbook.sheet.clone()),
                ..Self::default()
            },
        }
    }
}
