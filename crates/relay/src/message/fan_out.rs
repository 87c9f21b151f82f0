//! Several messages under way at once, to a provider that takes one a request.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::OutgoingMessage;
use super::outcome::{Class, SendOutcome, Window};

/// How many messages of a batch are under way at once: a batch of 32 ends within 30 seconds.
const CONCURRENT_SENDS: usize = 16;

/// One outcome for each of `parts`, in their order. Once one says that the whole channel must wait (the balance is used
/// up), those that have not begun are not sent: they fare the same.
pub(crate) async fn fan_out<P, F>(parts: Vec<P>, send: impl Fn(P) -> F) -> Vec<SendOutcome>
where
    P: Send + 'static,
    F: Future<Output = SendOutcome> + Send + 'static,
{
    // What broke off may have been sent.
    let mut outcomes = vec![SendOutcome::unknown("interrupted"); parts.len()];
    let permits = Arc::new(Semaphore::new(CONCURRENT_SENDS));
    let stopped: Arc<OnceLock<(Class, String)>> = Arc::default();
    let mut sends = JoinSet::new();
    for (index, part) in parts.into_iter().enumerate() {
        let (permits, stopped, send) = (Arc::clone(&permits), Arc::clone(&stopped), send(part));
        sends.spawn(async move {
            let _permit = permits.acquire().await;
            if let Some((class, code)) = stopped.get() {
                let (class, code) = (*class, code.clone());
                return (index, SendOutcome::Later { class, code, not_before: Window::Schedule });
            }
            let outcome = send.await;
            if let SendOutcome::Later { class, code, .. } = &outcome
                && class.pauses()
            {
                let _ = stopped.set((*class, code.clone()));
            }
            (index, outcome)
        });
    }
    while let Some(ended) = sends.join_next().await {
        if let Ok((index, outcome)) = ended {
            outcomes[index] = outcome;
        }
    }
    outcomes
}

/// The same for messages.
pub(crate) async fn fan_out_messages<S, F>(
    sender: &S,
    messages: &[OutgoingMessage],
    send: impl Fn(S, OutgoingMessage) -> F,
) -> Vec<SendOutcome>
where
    S: Clone,
    F: Future<Output = SendOutcome> + Send + 'static,
{
    fan_out(messages.to_vec(), |message| send(sender.clone(), message)).await
}
