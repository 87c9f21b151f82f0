//! Writes a report as `report.json` and `report.html`.
//!
//! What always holds: each file is there as a whole or as it was before, because it is written beside
//! its place and then renamed.

use super::Report;
use crate::{html, out::write_whole};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// The report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct WriteError {
    /// The file or folder.
    pub path: String,
    /// What the system says.
    pub source: io::Error,
}

/// Writes both files into the folder, which is made when it is not there.
pub fn write(report: &Report, out_folder: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(out_folder).map_err(failed(out_folder))?;
    for (name, text) in [("report.json", report.to_json()), ("report.html", report.to_html())] {
        let path = out_folder.join(name);
        write_whole(&path, |file| file.write_all(text.as_bytes())).map_err(failed(&path))?;
    }
    Ok(())
}

impl Report {
    /// The report as indented JSON with a line feed at the end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a report has text keys only");
        text.push('\n');
        text
    }

    /// The report as one HTML page that needs nothing else.
    pub fn to_html(&self) -> String {
        html::page(self)
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> WriteError {
    let path = path.display().to_string();
    move |source| WriteError { path: path.clone(), source }
}
