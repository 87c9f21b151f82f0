//! The list of gifts for the warehouse, as CSV or as a workbook.

use super::gift_strategies::missing;
use crate::wire::auth::InShop;
use crate::wire::csv_out;
use crate::wire::extract;
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::share::Sending;
use crate::wire::state::ApiState;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use domain::{GiftStrategyId, shop::Shop};
use engine::EngineError;
use futures_util::stream;
use gift_list::{HEADING, ListError, Rows};
use port::StoreError;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::Arc;
use utoipa::IntoParams;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GiftListQuery {
    /// Only what this gift strategy gave; everything, with what people added, when left out.
    strategy: Option<String>,
    /// `csv | xlsx`; otherwise as `Accept` says, and CSV when that does not say.
    format: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Xlsx,
}

impl GiftListQuery {
    fn format(&self, headers: &HeaderMap) -> Result<Format, Problem> {
        match self.format.as_deref() {
            Some("csv") => Ok(Format::Csv),
            Some("xlsx") => Ok(Format::Xlsx),
            Some(other) => Err(Problem::invalid_body("format", &format!("{other} is not one of csv, xlsx"))),
            None => {
                let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
                let wants = accepts.is_some_and(|text| text.contains(XLSX));
                Ok(if wants { Format::Xlsx } else { Format::Csv })
            }
        }
    }
}

/// The gifts of orders that are not closed: a row a gift, strategy by strategy in the order of the ranking,
/// then what people added. Read page by page: what is given meanwhile may be in it or not.
#[utoipa::path(get, path = "/v1/shops/{shop}/gift-list", tag = "pool", params(("shop" = String, Path), GiftListQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn export(
    State(state): State<ApiState>,
    caller: InShop,
    headers: HeaderMap,
    query: extract::Query<GiftListQuery>,
) -> Result<Response, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let format = query.0.format(&headers)?;
    let read = |text: &String| {
        GiftStrategyId::try_new(text).map_err(|_| Problem::not_found("no gift strategy of that name"))
    };
    let strategy = query.0.strategy.as_ref().map(read).transpose()?;
    let (reader, sending) = (state.engine.reader().clone(), caller.share().file()?);
    let open = move || {
        if let Some(id) = &strategy
            && !reader.pool(&caller.shop_id)?.gifts.contains_key(id)
        {
            return Err(missing(id));
        }
        Ok(gift_list::rows(reader, caller.shop_id, strategy.as_ref())?)
    };
    let rows = state.look(open).await?;
    match format {
        Format::Csv => csv(sending, shop, rows),
        Format::Xlsx => xlsx(sending, shop, rows).await,
    }
}

fn csv(sending: Sending, shop: Arc<Shop>, rows: Rows) -> Result<Response, Problem> {
    let mut heading = String::new();
    csv_out::row(HEADING.into_iter().map(Into::into), &mut heading);
    let steps = stream::try_unfold(
        (Some(heading), sending, shop, rows),
        |(heading, sending, shop, mut rows)| async {
            if let Some(heading) = heading {
                return Ok(Some((heading, (None, sending, shop, rows))));
            }
            let settings = shop.clone();
            let make = move || {
                let text = rows.page()?.map(|page| {
                    let mut text = String::new();
                    for row in &page {
                        row.csv(&settings.time_zone, &mut text);
                    }
                    text
                });
                Ok((text, rows))
            };
            let (text, rows) = sending.piece::<Result<_, StoreError>>(make).await?;
            Ok::<_, StoreError>(text.map(|text| (text, (None, sending, shop, rows))))
        },
    );
    csv_out::attachment("gifts.csv", steps)
}

/// A workbook is whole before it can be sent, so it waits in a file without a name.
async fn xlsx(sending: Sending, shop: Arc<Shop>, rows: Rows) -> Result<Response, Problem> {
    let written = sending.piece(move || write(&shop, rows)).await;
    let file = written.map_err(|error| match error {
        ListError::Store(error) => Problem::from(error),
        ListError::Workbook(_) | ListError::File(_) => EngineError::Internal(error.to_string()).into(),
    })?;
    let steps = stream::try_unfold((file, sending), |(mut file, sending)| async {
        let mut piece = vec![0; limits::FILE_STEP];
        let read = file.read(&mut piece)?;
        piece.truncate(read);
        Ok::<_, io::Error>((read > 0).then_some((piece, (file, sending))))
    });
    csv_out::file("gifts.xlsx", XLSX, steps)
}

fn write(shop: &Shop, rows: Rows) -> Result<File, ListError> {
    let mut file = tempfile::tempfile()?;
    gift_list::write(rows, &shop.time_zone, &mut file)?;
    file.rewind()?;
    Ok(file)
}
