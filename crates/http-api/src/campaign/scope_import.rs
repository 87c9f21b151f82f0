//! CSV import of a campaign's SKU list, with an error for each bad row (S0-R13).

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::list_in;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::{Request, State};
use domain::{CampaignId, Sku};
use engine::{Command, Input, Reply};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectedRow {
    /// Its row in the file as a spreadsheet counts: from 1, the heading and blank rows too.
    row: usize,
    /// What stood there.
    value: String,
    /// `invalid_value | duplicate | too_many | too_many_columns`, or why its claim was refused.
    code: &'static str,
}

impl RejectedRow {
    /// A row with what stood there, cut short, and a code.
    pub fn new(row: usize, value: &str, code: &'static str) -> Self {
        Self { row, value: value.chars().take(80).collect(), code }
    }
    /// Its line in the file.
    pub fn row(&self) -> usize {
        self.row
    }
}

/// What came of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// Rows taken in.
    accepted: usize,
    /// Rows left out, each with its reason.
    rejected: Vec<RejectedRow>,
    /// The campaign's version now.
    version: u32,
}

/// SKUs with their lines, and what was left out.
type Rows = (Vec<(usize, Sku)>, Vec<RejectedRow>);

/// Reads the first column of every row. A heading is passed over.
fn read(bytes: &[u8]) -> Result<Rows, Problem> {
    let (mut good, mut bad, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
    for listed in list_in::rows(bytes, list_in::SKUS)? {
        let row = listed.row;
        let code = match listed.id(Sku::try_new) {
            _ if listed.is_whole && listed.is_wider(1) => "too_many_columns",
            Err(_) => "invalid_value",
            Ok(sku) if seen.insert(sku.clone(), row).is_some() => "duplicate",
            Ok(sku) => {
                good.push((row, sku));
                continue;
            }
        };
        bad.push(RejectedRow::new(row, listed.cell(0), code));
    }
    Ok((good, bad))
}

/// Adds the SKUs of a CSV file (one a row, heading `sku` optional) to the campaign's list.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/scope/import", tag = "campaigns",
    params(("shop" = String, Path), ("campaign" = String, Path)), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportView), (status = 422, body = Problem)))]
pub async fn import(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
    request: Request,
) -> Result<Json<ImportView>, Problem> {
    caller.may(Scope::Campaigns)?;
    let taken = extract::read_bytes(request, limits::BATCH, caller.share()).await?;
    let (good, mut rejected) = caller.share().read(taken.bytes.len(), move || read(&taken.bytes)).await?;
    let skus = good.iter().map(|(_, sku)| sku.clone()).collect();
    let command = Command::ImportScope { campaign_id, skus };
    match state.engine.submit(Input::new(caller.shop_id.clone(), command)).await? {
        Reply::Scope { accepted, rejected: over, version } => {
            let rows: HashMap<Sku, usize> = good.into_iter().map(|(row, sku)| (sku, row)).collect();
            rejected.extend(over.into_iter().map(|sku| RejectedRow {
                row: rows.get(&sku).copied().unwrap_or_default(),
                value: sku.to_string(),
                code: "too_many",
            }));
            rejected.sort_by_key(|bad| bad.row);
            Ok(Json(ImportView { accepted, rejected, version }))
        }
        other => Err(unexpected(&other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s0_r13_each_bad_row_has_its_error() {
        let text = "\u{feff}sku\nA-1\n\nB\u{7}2\nA-1\nC-3,extra\n\"D-4\"\n";
        let (good, bad) = read(text.as_bytes()).expect("csv");
        let good: Vec<(usize, String)> = good.into_iter().map(|(row, sku)| (row, sku.to_string())).collect();
        assert_eq!(good, [(2, "A-1".to_owned()), (7, "D-4".to_owned())]);
        let bad: Vec<(usize, &str)> = bad.iter().map(|row| (row.row, row.code)).collect();
        assert_eq!(bad, [(4, "invalid_value"), (5, "duplicate"), (6, "too_many_columns")]);
    }

    #[test]
    fn a_g_11_a_list_holds_the_platforms_own_skus() {
        let gbk: &[u8] = b"sku\n\xba\xec\xc9\xab\n";
        let (good, bad) = read(gbk).expect("csv");
        assert_eq!(good.iter().map(|(_, sku)| sku.as_str()).collect::<Vec<_>>(), ["红色"]);
        assert!(bad.is_empty(), "{bad:?}");
        let (good, bad) = read(b"sku\n\xff\xff\n\"A\nB\"\n").expect("csv");
        assert!(good.is_empty(), "{good:?}");
        assert_eq!(
            bad.iter().map(|row| (row.row, row.code)).collect::<Vec<_>>(),
            [(2, "invalid_value"), (3, "invalid_value")]
        );
        let text = "红色 T恤/XL\n#1001\n\"a,b\"\nCafe\u{301}\nCaf\u{e9}\n=1+1\n";
        let (good, bad) = read(text.as_bytes()).expect("csv");
        let good: Vec<&str> = good.iter().map(|(_, sku)| sku.as_str()).collect();
        assert_eq!(good, ["红色 T恤/XL", "#1001", "a,b", "Caf\u{e9}", "=1+1"]);
        assert_eq!(bad.iter().map(|row| (row.row, row.code)).collect::<Vec<_>>(), [(5, "duplicate")]);
    }
}
