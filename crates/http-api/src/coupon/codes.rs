//! Codes that become coupons: made in bulk as a CSV stream, and redeemed once.
//!
//! Always holds: a code is 80 random bits; only its digest is kept, so a copy of the store gives no
//! code away; a code is durable before it is sent.

use crate::coupon::CouponView;
use crate::wire::auth::InShop;
use crate::wire::csv_out;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::{BatchId, Code, CustomerId, ShopId, ids::letters_and_digits};
use engine::{Command, EngineError, Input, Reply};
use futures_util::stream;
use port::Digest;
use serde::Deserialize;
use utoipa::ToSchema;

/// Crockford's digits: no I, L, O and U, which are misread.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random bytes of a code: 80 bits, 16 digits.
const BYTES: usize = 10;

/// A code for people, in groups of four.
fn show(random: [u8; BYTES]) -> String {
    let bits = random.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let mut text = String::with_capacity(19);
    for place in (0..16).rev() {
        let digit = usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default();
        text.push(char::from(DIGITS[digit]));
        if place % 4 == 0 && place > 0 {
            text.push('-');
        }
    }
    text
}

/// What a typed code is kept as, however it was typed or pasted: in small or full-width letters, with blanks, line
/// ends, dashes and signs without a width, O for 0. `None` when it is none.
fn digest(typed: &str) -> Option<Digest> {
    if typed.len() > limits::CODE_BYTES {
        return None;
    }
    let mut plain = String::with_capacity(16);
    for letter in letters_and_digits(typed) {
        let digit = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if !u8::try_from(digit).is_ok_and(|digit| DIGITS.contains(&digit)) {
            return None;
        }
        plain.push(digit);
    }
    (plain.len() == 16).then(|| port::digest(plain.as_bytes()))
}

/// So many codes from 32 bytes of the operating system, stretched by BLAKE3.
fn make(seed: &[u8; 32], count: usize) -> Vec<String> {
    let mut bytes = blake3::Hasher::new_keyed(seed).finalize_xof();
    let mut code = || {
        let mut random = [0; BYTES];
        bytes.fill(&mut random);
        show(random)
    };
    (0..count).map(|_| code()).collect()
}

/// How many codes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodesRequest {
    /// 1 to 1,000,000.
    count: usize,
}

/// Makes codes: CSV with the heading `code`, a row each. They are shown this once. What has arrived is
/// durable; a stream that breaks off made at most 2,000 codes that nobody has. With an `Idempotency-Key`
/// the same again makes none: `codes_already_made`.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupon-batches/{batch}/codes", tag = "coupons",
    params(("shop" = String, Path), ("batch" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = CodesRequest,
    responses((status = 200, body = String, content_type = "text/csv"), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn generate(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, batch_id)): Names<(String, BatchId)>,
    headers: HeaderMap,
    body: Unread<CodesRequest>,
) -> Result<Response, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let idempotency = extract::idempotency(&headers, &format!("batch codes {batch_id}"), &body.digest)?;
    let count = body.value.count;
    if !(1..=limits::CODES).contains(&count) {
        return Err(Problem::invalid_body("count", &format!("1 to {}", limits::CODES)));
    }
    // The first step before anything is sent: it says whether all of them fit.
    let mut making =
        Making { state, shop_id: caller.shop_id, batch_id, left: count, is_first: true, idempotency };
    let first = making.step().await?;
    let steps = stream::try_unfold((first, making), |(ready, mut making)| async {
        let text = if ready.is_some() { ready } else { making.step().await? };
        Ok::<_, EngineError>(text.map(|text| (text, (None, making))))
    });
    // Letters and digits alone: it needs no mark, and programs read it.
    csv_out::file("codes.csv", "text/csv; charset=utf-8", steps)
}

/// Codes that are being made.
struct Making {
    state: ApiState,
    shop_id: ShopId,
    batch_id: BatchId,
    left: usize,
    is_first: bool,
    /// Of the request: it goes with the first step.
    idempotency: Option<(String, Digest)>,
}

impl Making {
    /// The next rows, durable.
    async fn step(&mut self) -> Result<Option<String>, EngineError> {
        if self.left == 0 {
            return Ok(None);
        }
        let count = self.left.min(limits::CODES_STEP);
        let codes = make(&(self.state.edge.random)(), count);
        let digests: Vec<Digest> = codes.iter().filter_map(|code| digest(code)).collect();
        let first = digests.first().copied();
        let wanted = u64::try_from(self.left).unwrap_or(u64::MAX);
        let command = Command::AddCodes { batch_id: self.batch_id.clone(), codes: digests, wanted };
        let idempotency = self.idempotency.take();
        let input = Input { shop_id: self.shop_id.clone(), idempotency, command, chance: None };
        // The answer of an earlier request tells of other codes.
        if self.state.engine.submit(input).await? != (Reply::Codes { first }) {
            return Err(EngineError::Refused(Code::CodesAlreadyMade.into()));
        }
        self.left -= count;
        let mut text = String::with_capacity(20 * (count + 1));
        if std::mem::take(&mut self.is_first) {
            text.push_str("code\n");
        }
        for code in codes {
            text.push_str(&code);
            text.push('\n');
        }
        Ok(Some(text))
    }
}

/// A code and who redeems it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemRequest {
    /// As it was typed.
    code: String,
    /// Who gets the coupon.
    #[schema(value_type = String)]
    customer_id: CustomerId,
}

/// Turns a code into a coupon, once. A wrong code is 404 `not_found`, one that was redeemed 409
/// `already_claimed`; otherwise it is refused as a claim is.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupon-batches/redeem-code", tag = "coupons",
    params(("shop" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = RedeemRequest,
    responses((status = 201, body = CouponView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn redeem(
    State(state): State<ApiState>,
    caller: InShop,
    headers: HeaderMap,
    body: Unread<RedeemRequest>,
) -> Result<(StatusCode, Json<CouponView>), Problem> {
    let body = caller.reads(Scope::Checkout, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let idempotency = extract::idempotency(&headers, "redeem-code", &body.digest)?;
    let code = digest(&body.value.code).ok_or_else(|| Problem::not_found("no such code"))?;
    let command = Command::RedeemCode { code, customer_id: body.value.customer_id };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Coupon { coupon } => Ok((StatusCode::CREATED, Json(CouponView::new(&shop, &coupon)))),
        other => Err(unexpected(&other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_code_is_80_bits_in_16_digits() {
        assert_eq!(show([0; 10]), "0000-0000-0000-0000");
        assert_eq!(show([255; 10]), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        assert_eq!(show([0, 0, 0, 0, 0, 0, 0, 0, 0, 33]), "0000-0000-0000-0011");
        let codes = make(&[7; 32], 5_000);
        let different: HashSet<_> = codes.iter().collect();
        assert_eq!(different.len(), 5_000);
        assert_ne!(make(&[8; 32], 1)[0], codes[0]);
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let known = digest("01AB-CDEF-GHJK-MNPQ");
        assert!(known.is_some());
        for typed in ["01ABCDEFGHJKMNPQ", "o1ab cdef ghjk mnpq", "OIAB-CDEF-GHJK-MNPQ", "0lab-cdef-ghjkmnpq"]
        {
            assert_eq!(digest(typed), known, "{typed}");
        }
        for wrong in [
            "",
            "01AB-CDEF-GHJK-MNP",
            "01AB-CDEF-GHJK-MNPQ0",
            "01AB-CDEF-GHJK-MNPU",
            "01AB-CDEF-GHJK-MNP券",
            &"0".repeat(17),
        ] {
            assert_eq!(digest(wrong), None, "{wrong}");
        }
    }

    /// Copied out of a mail, a chat, a table, a page.
    #[test]
    fn a_g_11_a_pasted_code_is_known() {
        let known = digest("01AB-CDEF-GHJK-MNPQ");
        for pasted in [
            "01AB-CDEF-GHJK-MNPQ\r\n",
            "\t01AB-CDEF-GHJK-MNPQ\t",
            "０１ＡＢ－ＣＤＥＦ－ＧＨＪＫ－ＭＮＰＱ",
            "０１ａｂｃｄｅｆｇｈｊｋｍｎｐｑ",
            "01AB\u{a0}CDEF\u{3000}GHJK\u{2009}MNPQ",
            "\u{feff}01AB\u{200b}CDEF\u{200d}GHJK\u{2060}MNPQ\u{ad}",
            "01AB–CDEF—GHJK‑MNPQ",
            "01AB−CDEF_GHJK.MNPQ",
            "「01AB-CDEF-GHJK-MNPQ」。",
        ] {
            assert_eq!(digest(pasted), known, "{pasted:?}");
        }
        // What stores hold was made of the plain digits.
        assert_eq!(known, Some(port::digest(b"01ABCDEFGHJKMNPQ")));
    }
}
