//! How to reach a customer: told in plain, kept sealed, shown masked, erased when asked to.

use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use contacts::{Email, Invalid, Keys, NONCE_BYTES, OpenId, Owner, Phone, What};
use domain::{
    CustomerId, ShopId,
    message::{
        addressee::{Contact, Sealed},
        numbers::NumberKey,
    },
};
use engine::{Command, Input, MessageCommand};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// Characters of a postal address.
const ADDRESS_CHARS: usize = 200;

/// How to reach a customer. What is left out is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRequest {
    /// A number for SMS: 11 digits of mainland China, or with + and its country.
    #[serde(default)]
    phone: Option<String>,
    /// The openid in the shop's mini-program or account.
    #[serde(default)]
    wechat_openid: Option<String>,
    /// A mailbox.
    #[serde(default)]
    email: Option<String>,
    /// Where parcels go, at most 200 characters.
    #[serde(default)]
    address: Option<String>,
}

// It is somebody's: no log shows it.
impl fmt::Debug for ContactRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactRequest")
    }
}

/// What may be seen of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    customer_id: String,
    /// Such as `138****0000`.
    phone: Option<String>,
    wechat_openid: Option<String>,
    email: Option<String>,
    address: Option<String>,
    told_at: Option<String>,
    /// The key that told it.
    told_by: Option<String>,
}

/// The name that a number is counted and found by.
pub fn number_key(key: contacts::NumberKey) -> NumberKey {
    let digest = u128::from_be_bytes(key.0[..16].try_into().unwrap_or_default());
    let text = format!("{digest:032x}");
    NumberKey::try_new(&text).unwrap_or_else(|| unreachable!("{text} is 32 hexadecimal digits"))
}

struct Sealing<'s> {
    state: &'s ApiState,
    keys: &'s Keys,
    owner: Owner<'s>,
}

impl Sealing<'_> {
    fn seal(&self, field: &str, what: What, text: &str, masked: String) -> Result<Sealed, Problem> {
        let random = (self.state.edge.random)();
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&random[..NONCE_BYTES]);
        let sealed = self.keys.seal(self.owner, what, text, nonce);
        let sealed = sealed.map_err(|error| Problem::invalid_body(field, &error.to_string()))?;
        Ok(Sealed { sealed: STANDARD.encode(sealed), masked })
    }
}

fn wrong(field: &'static str) -> impl Fn(Invalid) -> Problem {
    move |invalid| Problem::invalid_body(field, &invalid.to_string())
}

/// A postal address as it may be seen: how it begins.
fn masked_address(address: &str) -> String {
    let begins: String = address.chars().take(6).collect();
    format!("{begins}****")
}

fn sealed(
    state: &ApiState,
    keys: &Keys,
    (shop, customer): (&ShopId, &CustomerId),
    asked: &ContactRequest,
    by: &str,
) -> Result<Contact, Problem> {
    let owner = Owner { shop: shop.as_str(), customer: customer.as_str() };
    let sealing = Sealing { state, keys, owner };
    let phone = asked.phone.as_deref().map(Phone::parse).transpose().map_err(wrong("phone"))?;
    let openid =
        asked.wechat_openid.as_deref().map(OpenId::parse).transpose().map_err(wrong("wechat_openid"))?;
    let email = asked.email.as_deref().map(Email::parse).transpose().map_err(wrong("email"))?;
    let address = asked.address.as_deref().map(str::trim).filter(|address| !address.is_empty());
    if address.is_some_and(|text| text.chars().count() > ADDRESS_CHARS || text.chars().any(char::is_control))
    {
        let message = format!("at most {ADDRESS_CHARS} characters, no control characters");
        return Err(Problem::invalid_body("address", &message));
    }
    let seal = |field, what, text: &str, masked| sealing.seal(field, what, text, masked);
    let mut numbers = phone.iter().flat_map(|phone| keys.number_keys(phone)).map(number_key);
    Ok(Contact {
        number: numbers.next(),
        numbers_before: numbers.collect(),
        phone: phone.map(|one| seal("phone", What::Phone, one.e164(), one.masked())).transpose()?,
        wechat_openid: openid
            .map(|one| seal("wechat_openid", What::OpenId, one.as_str(), one.masked()))
            .transpose()?,
        email: email.map(|one| seal("email", What::Email, one.as_str(), one.masked())).transpose()?,
        address: address
            .map(|text| seal("address", What::Address, text, masked_address(text)))
            .transpose()?,
        told_at: state.engine.now(),
        told_by: by.to_owned(),
    })
}

async fn view(state: &ApiState, caller: &InShop, customer: CustomerId) -> Result<Json<ContactView>, Problem> {
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked) = (caller.shop_id.clone(), customer.clone());
    let known = state.read(move |reader| reader.addressee(&shop_id, &asked)).await?.unwrap_or_default();
    let contact = known.contact.as_ref();
    let seen = |of: fn(&Contact) -> &Option<Sealed>| {
        contact.and_then(|contact| of(contact).as_ref()).map(|sealed| sealed.masked.clone())
    };
    Ok(Json(ContactView {
        customer_id: customer.to_string(),
        phone: seen(|contact| &contact.phone),
        wechat_openid: seen(|contact| &contact.wechat_openid),
        email: seen(|contact| &contact.email),
        address: seen(|contact| &contact.address),
        told_at: time::show_some(&shop, contact.map(|contact| contact.told_at)),
        told_by: contact.map(|contact| contact.told_by.clone()),
    }))
}

/// How a customer is reached, masked.
#[utoipa::path(get, path = "/v1/shops/{shop}/customers/{customer}/contact", tag = "messages",
    params(("shop" = String, Path), ("customer" = String, Path)), responses((status = 200, body = ContactView)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer)): Names<(String, CustomerId)>,
) -> Result<Json<ContactView>, Problem> {
    caller.may(Scope::Read)?;
    view(&state, &caller, customer).await
}

/// Keeps how a customer is reached.
#[utoipa::path(put, path = "/v1/shops/{shop}/customers/{customer}/contact", tag = "messages",
    params(("shop" = String, Path), ("customer" = String, Path)), request_body = ContactRequest,
    responses((status = 200, body = ContactView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer_id)): Names<(String, CustomerId)>,
    body: Unread<ContactRequest>,
) -> Result<Json<ContactView>, Problem> {
    let asked = caller.reads(Scope::Events, body).await?.value;
    let Some(keys) = state.contacts.clone() else {
        let title = "This server keeps no contacts";
        let problem =
            Problem::new(StatusCode::CONFLICT, "no_contact_keys", title, "本服务未配置联系方式密钥");
        return Err(
            problem.detail("start it with --contact-keys FILE (promenade messages new-contact-key FILE)")
        );
    };
    let contact = sealed(&state, &keys, (&caller.shop_id, &customer_id), &asked, caller.name())?;
    let (customer, contact) = (customer_id.clone(), Some(Box::new(contact)));
    let command = Command::Messages(MessageCommand::PutContact { customer_id: customer, contact });
    state.engine.submit(Input::new(caller.shop_id.clone(), command)).await?;
    view(&state, &caller, customer_id).await
}

/// Erases how a customer is reached. What the customer agreed to stays.
#[utoipa::path(delete, path = "/v1/shops/{shop}/customers/{customer}/contact", tag = "messages",
    params(("shop" = String, Path), ("customer" = String, Path)), responses((status = 204)))]
pub async fn erase(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer_id)): Names<(String, CustomerId)>,
) -> Result<StatusCode, Problem> {
    caller.may(Scope::Events)?;
    let command = Command::Messages(MessageCommand::PutContact { customer_id, contact: None });
    state.engine.submit(Input::new(caller.shop_id.clone(), command)).await?;
    Ok(StatusCode::NO_CONTENT)
}
