//! Who asks: the bearer key, its shop and its scopes.

use crate::wire::extract::{Body, Unread};
use crate::wire::keys::{ApiKey, Scope};
use crate::wire::problem::Problem;
use crate::wire::query;
use crate::wire::rate::Told;
use crate::wire::share::Share;
use crate::wire::state::ApiState;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::{StatusCode, header, request::Parts};
use domain::ShopId;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A key that was found in force.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key.
    key: Arc<ApiKey>,
    /// What it may take of the service.
    share: Share,
}

impl Caller {
    /// Reads a body, for a key that has the scope: others do not get it read.
    pub async fn reads<T, const MOST: usize>(
        &self,
        scope: Scope,
        body: Unread<T, MOST>,
    ) -> Result<Body<T>, Problem>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.may(scope)?;
        body.read(&self.share).await
    }
    /// Refuses a key that lacks the scope.
    pub fn may(&self, scope: Scope) -> Result<(), Problem> {
        if self.key.scopes.contains(&scope) {
            return Ok(());
        }
        let title = "The key lacks the scope for this";
        let problem = Problem::new(StatusCode::FORBIDDEN, "scope_missing", title, "密钥权限不足");
        Err(problem.detail(format!("this needs the scope {}", scope.as_str())))
    }
    /// Refuses a key of one shop what is the platform's.
    pub fn is_platform(&self) -> Result<(), Problem> {
        match &self.key.shop {
            None => Ok(()),
            Some(_) => Err(Problem::not_found("this is for keys of the platform")),
        }
    }
}

/// Also refuses query parameters that the address does not take: nothing behind a key is answered with some of its
/// question left out.
impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let unauthorized = |detail: &str| {
            let title = "A valid API key is needed";
            Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", title, "需要有效的API密钥").detail(detail)
        };
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        // The scheme's name has no case of its own (RFC 9110).
        let split = header.and_then(|text| text.split_once(' '));
        let key =
            split.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, key)| key.trim());
        let key = key.ok_or_else(|| unauthorized("send `Authorization: Bearer <api key>`"))?;
        let found = state.keys.find(key, engine::clock::Clock::now(&engine::clock::SystemClock::default()));
        let wrong = || unauthorized("the key is not known, was withdrawn or has expired");
        let key = found.ok_or_else(wrong)?;
        let share = state.shares.of(&key);
        let standing = share.count()?;
        if let (Some(standing), Some(told)) = (standing, parts.extensions.get::<Told>()) {
            told.tell(standing);
        }
        query::check(parts)?;
        Ok(Self { key, share })
    }
}

/// A caller inside the shop that the path names. Another shop's key is told that there is none.
#[derive(Debug, Clone)]
pub struct InShop {
    /// The shop.
    pub shop_id: ShopId,
    caller: Caller,
}

impl InShop {
    /// Reads a body, for a key that has the scope: others do not get it read.
    pub async fn reads<T, const MOST: usize>(
        &self,
        scope: Scope,
        body: Unread<T, MOST>,
    ) -> Result<Body<T>, Problem>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.caller.reads(scope, body).await
    }
    /// Reads a body that may be missing, for a key that has the scope.
    pub async fn reads_if_any<T, const MOST: usize>(
        &self,
        scope: Scope,
        body: Unread<T, MOST>,
    ) -> Result<T, Problem>
    where
        T: DeserializeOwned + Default + Send + 'static,
    {
        self.caller.may(scope)?;
        body.read_if_any(&self.caller.share).await
    }
    /// Reads a body that may be missing, for a key of the platform that has the scope.
    pub async fn reads_of_platform<T, const MOST: usize>(
        &self,
        scope: Scope,
        body: Unread<T, MOST>,
    ) -> Result<T, Problem>
    where
        T: DeserializeOwned + Default + Send + 'static,
    {
        self.caller.may(scope)?;
        self.caller.is_platform()?;
        body.read_if_any(&self.caller.share).await
    }
    /// What its key may take of the service.
    pub fn share(&self) -> &Share {
        &self.caller.share
    }
    /// Refuses a key that lacks the scope.
    pub fn may(&self, scope: Scope) -> Result<(), Problem> {
        self.caller.may(scope)
    }
    /// The key's name, for the record.
    pub fn name(&self) -> &str {
        &self.caller.key.name
    }
}

/// Somebody at what may be public, of the shop that the path names: with a key as everywhere, or without one.
#[derive(Debug, Clone)]
pub struct Anyone {
    /// The shop.
    pub shop_id: ShopId,
    /// The caller, where a key came.
    pub caller: Option<InShop>,
}

impl FromRequestParts<ApiState> for Anyone {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let caller = InShop::from_request_parts(parts, state).await?;
            return Ok(Self { shop_id: caller.shop_id.clone(), caller: Some(caller) });
        }
        let shop_id = shop_of(parts, state).await?;
        query::check(parts)?;
        Ok(Self { shop_id, caller: None })
    }
}

/// The shop that the path names.
async fn shop_of(parts: &mut Parts, state: &ApiState) -> Result<ShopId, Problem> {
    let params = RawPathParams::from_request_parts(parts, state).await;
    let params = params.map_err(|error| Problem::not_found(error.to_string()))?;
    let named = params.iter().find(|(name, _)| *name == "shop").map(|(_, value)| value);
    let shop_id = named.and_then(|text| ShopId::try_new(text).ok());
    shop_id.ok_or_else(|| Problem::not_found("no shop of that name"))
}

impl FromRequestParts<ApiState> for InShop {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let shop_id = shop_of(parts, state).await?;
        if caller.key.shop.as_ref().is_some_and(|own| *own != shop_id) {
            return Err(Problem::not_found(format!("no shop {shop_id}")));
        }
        Ok(Self { shop_id, caller })
    }
}
