//! Coupons of a batch as CSV: given to customers by a list, and all of them out.

use crate::campaign::scope_import::RejectedRow;
use crate::coupon::batches::find;
use crate::wire::auth::InShop;
use crate::wire::csv_out;
use crate::wire::extract::{self, Names};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::list_in;
use crate::wire::problem::Problem;
use crate::wire::share::Sending;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::{BatchId, CustomerId, ShopId, campaign::promotion::PercentOff, coupon::Coupon, shop::Shop};
use engine::{Command, EngineError, Input};
use futures_util::stream;
use port::{Page, Reader, StoreError};
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;
use utoipa::ToSchema;

/// What came of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantedView {
    /// Rows whose customers got their coupons.
    accepted: usize,
    /// Rows left out, each with its reason: `invalid_value`, `too_many_columns`, or why the claim was
    /// refused.
    rejected: Vec<RejectedRow>,
}

/// A row that can be asked for.
#[derive(Debug, PartialEq, Eq)]
struct Grant {
    row: usize,
    customer_id: CustomerId,
    count: u32,
}

/// Reads `customer_id,count` of every row; a missing count is 1. A heading is passed over.
fn read(bytes: &[u8]) -> Result<(Vec<Grant>, Vec<RejectedRow>), Problem> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for listed in list_in::rows(bytes, list_in::CUSTOMERS)? {
        let (row, customer, count) = (listed.row, listed.cell(0), listed.cell(1));
        let wanted = if count.is_empty() { Some(1) } else { count.parse::<u32>().ok().filter(|n| *n > 0) };
        match (listed.id(CustomerId::try_new), wanted) {
            _ if listed.is_whole && listed.is_wider(2) => {
                bad.push(RejectedRow::new(row, customer, "too_many_columns"));
            }
            (Ok(customer_id), Some(count)) => good.push(Grant { row, customer_id, count }),
            (Err(_), _) => bad.push(RejectedRow::new(row, customer, "invalid_value")),
            (Ok(_), None) => bad.push(RejectedRow::new(row, count, "invalid_value")),
        }
    }
    Ok((good, bad))
}

/// Gives coupons to the customers of a CSV file (`customer_id,count` a row, heading optional), each row
/// as a claim of its own. With an `Idempotency-Key` the same file again gives nothing twice.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupon-batches/{batch}/import", tag = "coupons",
    params(("shop" = String, Path), ("batch" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = GrantedView), (status = 404, body = Problem)))]
pub async fn import(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, batch_id)): Names<(String, BatchId)>,
    request: Request,
) -> Result<Json<GrantedView>, Problem> {
    caller.may(Scope::Campaigns)?;
    find(&state, &caller, &batch_id).await?;
    let headers = request.headers().clone();
    let taken = extract::read_bytes(request, limits::BATCH, caller.share()).await?;
    let route = format!("batch import {batch_id}");
    let idempotency = extract::idempotency(&headers, &route, &port::digest(&taken.bytes))?;
    let (good, mut rejected) = caller.share().read(taken.bytes.len(), move || read(&taken.bytes)).await?;
    let input = |grant: &Grant| Input {
        shop_id: caller.shop_id.clone(),
        // A row is known by the file's key and its place.
        idempotency: idempotency.as_ref().map(|(key, digest)| (engine::row_key(key, grant.row), *digest)),
        command: Command::ClaimBatch {
            batch_id: batch_id.clone(),
            customer_id: grant.customer_id.clone(),
            count: grant.count,
        },
        chance: None,
    };
    let mut accepted = 0;
    for rows in good.chunks(limits::IMPORT_STEP) {
        let outcomes = state.engine.submit_many(rows.iter().map(input).collect()).await?;
        for (grant, outcome) in rows.iter().zip(outcomes) {
            match outcome {
                Ok(_) => accepted += 1,
                Err(EngineError::Refused(refusal)) => {
                    let customer = grant.customer_id.as_str();
                    rejected.push(RejectedRow::new(grant.row, customer, refusal.code.as_str()));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    rejected.sort_by_key(RejectedRow::row);
    Ok(Json(GrantedView { accepted, rejected }))
}

const HEADING: &str =
    "coupon_id,batch_id,kind,customer_id,status,spend,save,percent_off,usable_from,usable_until,order_id\n";

fn line(shop: &Shop, coupon: &Coupon, to: &mut String) {
    let from = coupon.origin.batch();
    let order = coupon.used_on.as_ref().or(coupon.lock.as_ref().map(|lock| &lock.order_id));
    let percent = from.and_then(|from| from.percent_off).map(percent);
    let own = |text: String| Cow::<str>::Owned(text);
    csv_out::row(
        [
            csv_out::cell(coupon.coupon_id.as_str()),
            csv_out::cell(coupon.batch_id().map(BatchId::as_str).unwrap_or_default()),
            coupon.kind().as_str().into(),
            csv_out::cell(coupon.customer_id.as_str()),
            coupon.status.as_str().into(),
            own(coupon.spend.minor().to_string()),
            own(if percent.is_some() { String::new() } else { coupon.save.minor().to_string() }),
            own(percent.unwrap_or_default()),
            own(time::show(shop, coupon.usable_from())),
            own(time::show(shop, coupon.usable_until)),
            csv_out::cell(order.map(domain::OrderId::as_str).unwrap_or_default()),
        ],
        to,
    );
}

fn percent(off: PercentOff) -> String {
    serde_json::to_value(off).map_or_else(
        |_| String::new(),
        |value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        },
    )
}

/// Coupons that are being read out.
struct Reading {
    reader: Arc<dyn Reader>,
    sending: Sending,
    shop: Arc<Shop>,
    shop_id: ShopId,
    batch_id: BatchId,
    page: Option<Page>,
}

impl Reading {
    async fn step(&mut self) -> Result<Option<String>, StoreError> {
        let Some(page) = self.page.take() else {
            return Ok(None);
        };
        let (shop, batch, asked) = (self.shop_id.clone(), self.batch_id.clone(), page.clone());
        let (reader, settings) = (self.reader.clone(), self.shop.clone());
        let make = move || {
            let rows = reader.batch_coupons(&shop, &batch, &asked)?;
            let mut text = if asked.after.is_none() { HEADING.to_owned() } else { String::new() };
            for coupon in &rows {
                line(&settings, coupon, &mut text);
            }
            let last = rows.last().filter(|_| rows.len() == asked.limit);
            Ok((text, last.map(|last| last.coupon_id.to_string())))
        };
        let (text, last) = self.sending.piece::<Result<_, StoreError>>(make).await?;
        self.page = last.map(|last| Page { after: Some(last), limit: page.limit });
        Ok(Some(text))
    }
}

/// Every coupon of a batch as CSV, read page by page: what is claimed meanwhile may come at the end.
#[utoipa::path(get, path = "/v1/shops/{shop}/coupon-batches/{batch}/export", tag = "coupons",
    params(("shop" = String, Path), ("batch" = String, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404, body = Problem)))]
pub async fn export(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, batch_id)): Names<(String, BatchId)>,
) -> Result<Response, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    find(&state, &caller, &batch_id).await?;
    let page = Some(Page { after: None, limit: limits::EXPORT_STEP });
    let (reader, sending) = (state.engine.reader().clone(), caller.share().file()?);
    let reading = Reading { reader, sending, shop, shop_id: caller.shop_id, batch_id, page };
    let steps = stream::try_unfold(reading, |mut reading| async {
        let step = reading.step().await?;
        Ok::<_, StoreError>(step.map(|text| (text, reading)))
    });
    csv_out::attachment("coupons.csv", steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bad_row_has_its_error() {
        let text = "\u{feff}customer_id,count\nu1,2\n\nu\u{7}2,1\nu3\nu4,0\nu5,1,x\nu6,-1\n";
        let (good, bad) = read(text.as_bytes()).expect("csv");
        let good: Vec<_> = good.iter().map(|g| (g.row, g.customer_id.as_str(), g.count)).collect();
        assert_eq!(good, [(2, "u1", 2), (5, "u3", 1)]);
        let rows: Vec<usize> = bad.iter().map(RejectedRow::row).collect();
        assert_eq!(rows, [4, 6, 7, 8]);
    }

    #[test]
    fn a_g_11_customers_are_named_as_the_platform_names_them() {
        let (good, bad) = read("t***1,2\n张三丰88\na@b.cn\n\"李,四\",1\n".as_bytes()).expect("csv");
        let good: Vec<_> = good.iter().map(|g| (g.customer_id.as_str(), g.count)).collect();
        assert_eq!(good, [("t***1", 2), ("张三丰88", 1), ("a@b.cn", 1), ("李,四", 1)]);
        assert!(bad.is_empty());
        let (good, bad) = read(b"\xd5\xc5\xc8\xfd,1\n").expect("csv");
        assert!(bad.is_empty() && good[0].customer_id.as_str() == "张三", "{good:?}: a list as GBK");
        let (good, bad) = read("买家昵称,张数\n\"u1\nu2\",1\nu3,2\n".as_bytes()).expect("csv");
        let good: Vec<_> = good.iter().map(|g| (g.row, g.customer_id.as_str(), g.count)).collect();
        assert_eq!((good, bad.len(), bad[0].row()), (vec![(3, "u3", 2)], 1, 2), "never two customers");
    }
}
