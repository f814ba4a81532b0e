//! HTTP requests to a hub, with limits on time and size. Redirects are followed manually.
//! The token is sent only to the hub's own origin.

use super::{Progress, Timeouts};
use crate::disk::DiskError;
use crate::failure::FailureKind;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION, RANGE};
use reqwest::{Client, Method, Response, StatusCode, Url};
use std::time::{Duration, Instant};

/// Maximum number of redirects.
const REDIRECTS: usize = 10;

/// Interval of the checks for cancellation by the user.
const POLL: Duration = Duration::from_millis(100);

/// Header with the hub's error code, in addition to the status.
const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

/// Error of a request.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransferError {
    #[error("download canceled")]
    Cancelled,
    #[error("failed to connect to the hub ({0}); connect to the network or use a model directory")]
    Unreachable(String),
    #[error("no data from the hub for {0} s; try again")]
    Timeout(u64),
    #[error("connection lost ({0}); try again to resume the download")]
    ConnectionLost(String),
    #[error("model not found on the hub (or it requires a token); check the name")]
    NoModel,
    #[error("the hub asks for a token: set HF_TOKEN, and accept the model's terms on its page")]
    TokenRequired,
    #[error("the hub limits requests; try again in a few minutes")]
    RateLimited,
    #[error("the hub returned status {1} for {0}; try again later")]
    Status(String, StatusCode),
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Any other error, as a complete message.
    #[error("{0}")]
    Other(String),
}

impl TransferError {
    /// Returns the kind of the failure.
    pub(super) fn kind(&self) -> FailureKind {
        match self {
            Self::Cancelled => FailureKind::Canceled,
            Self::NoModel => FailureKind::NotFound,
            Self::Unreachable(_)
            | Self::Timeout(_)
            | Self::ConnectionLost(_)
            | Self::TokenRequired
            | Self::RateLimited
            | Self::Status(..) => FailureKind::Network,
            Self::Disk(error) => error.kind,
            Self::Other(_) => FailureKind::Other,
        }
    }
}

/// Reports the progress of a download and checks for cancellation.
pub(super) struct Watcher<'a> {
    watch: &'a mut dyn FnMut(Progress) -> bool,
    /// Progress to report.
    pub progress: Progress,
    last_reported: Instant,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(watch: &'a mut dyn FnMut(Progress) -> bool) -> Self {
        Self { watch, progress: Progress::default(), last_reported: Instant::now() }
    }

    /// Reports the progress, at most every 100 ms. Returns false if the user canceled the download.
    pub(super) fn should_continue(&mut self) -> bool {
        if self.last_reported.elapsed() < POLL {
            return true;
        }
        self.last_reported = Instant::now();
        (self.watch)(self.progress.clone())
    }

    /// Waits for a short time, for example between two attempts to acquire a lock.
    pub(super) async fn pause(&mut self) -> Result<(), TransferError> {
        tokio::time::sleep(POLL).await;
        if self.should_continue() { Ok(()) } else { Err(TransferError::Cancelled) }
    }

    /// Waits for a response until `limit` elapses or the user cancels.
    async fn wait<T>(&mut self, limit: Duration, answer: impl Future<Output = T>) -> Result<T, TransferError> {
        let begun = Instant::now();
        let mut answer = std::pin::pin!(answer);
        loop {
            let rest = limit.saturating_sub(begun.elapsed());
            if let Ok(answer) = tokio::time::timeout(POLL.min(rest), &mut answer).await {
                return Ok(answer);
            }
            if !self.should_continue() {
                return Err(TransferError::Cancelled);
            }
            if begun.elapsed() >= limit {
                return Err(TransferError::Timeout(limit.as_secs()));
            }
        }
    }
}

/// HTTP client for the hub at one address.
pub(super) struct Http {
    client: Client,
    endpoint: Url,
    token: Option<HeaderValue>,
    patience: Timeouts,
}

impl Http {
    /// Creates a client.
    ///
    /// # Errors
    /// Returns an error if the address or the token is invalid, or if the system has no TLS.
    pub(super) fn new(endpoint: &str, token: Option<&str>, patience: Timeouts) -> Result<Self, TransferError> {
        let stated = |why: String| TransferError::Other(format!("invalid hub address {endpoint} ({why})"));
        let endpoint_url = Url::parse(endpoint).map_err(|e| stated(e.to_string()))?;
        if !matches!(endpoint_url.scheme(), "http" | "https") {
            return Err(stated("expected https:// or http://".into()));
        }
        let token = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}"))).transpose();
        let mut token = token.map_err(|_| TransferError::Other("the token contains invalid characters".into()))?;
        if let Some(token) = &mut token {
            token.set_sensitive(true);
        }
        let client = Client::builder()
            .user_agent(concat!("tagwright/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(patience.connect)
            .build()
            .map_err(|e| stated(reason(&e)))?;
        Ok(Self { client, endpoint: endpoint_url, token, patience })
    }

    /// Returns the URL of a path on the hub.
    ///
    /// # Errors
    /// Returns an error if the endpoint cannot have a path.
    pub(super) fn url(&self, path: &[&str]) -> Result<Url, TransferError> {
        let mut url = self.endpoint.clone();
        url.path_segments_mut()
            .map_err(|()| TransferError::Other(format!("invalid hub address {} (cannot have a path)", self.endpoint)))?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }

    /// Requests the headers of a file. They are in the first response that is not a redirect inside the hub.
    ///
    /// # Errors
    /// Returns a [`TransferError`] if the request fails.
    pub(super) async fn head(&self, url: Url, watcher: &mut Watcher<'_>) -> Result<Response, TransferError> {
        let tells = |headers: &HeaderMap| {
            headers.contains_key("x-linked-etag")
                || (headers.contains_key("etag") && headers.contains_key("x-repo-commit"))
        };
        self.ask(Method::HEAD, url, HeaderMap::new(), tells, watcher).await
    }

    /// Requests a file, starting at byte `from`.
    ///
    /// # Errors
    /// Returns a [`TransferError`] if the request fails.
    pub(super) async fn get(&self, url: Url, from: u64, watcher: &mut Watcher<'_>) -> Result<Response, TransferError> {
        let mut headers = HeaderMap::new();
        if let Some(range) = (from > 0).then(|| HeaderValue::from_str(&format!("bytes={from}-")).ok()).flatten() {
            headers.insert(RANGE, range);
        }
        self.ask(Method::GET, url, headers, |_| false, watcher).await
    }

    /// Requests a complete response of at most `limit` bytes.
    ///
    /// # Errors
    /// Returns a [`TransferError`] if the request fails.
    pub(super) async fn small(
        &self,
        url: Url,
        limit: usize,
        watcher: &mut Watcher<'_>,
    ) -> Result<Vec<u8>, TransferError> {
        let mut response = self.get(url, 0, watcher).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk(&mut response, watcher).await? {
            if bytes.len() + chunk.len() > limit {
                return Err(TransferError::Other(format!(
                    "the response of the hub is larger than {} MiB",
                    limit >> 20
                )));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Returns the next bytes of a response. Returns `None` at its end.
    ///
    /// # Errors
    /// Returns a [`TransferError`] if the request fails.
    pub(super) async fn chunk(
        &self,
        response: &mut Response,
        watcher: &mut Watcher<'_>,
    ) -> Result<Option<bytes::Bytes>, TransferError> {
        let chunk = watcher.wait(self.patience.read, response.chunk()).await?;
        if !watcher.should_continue() {
            return Err(TransferError::Cancelled);
        }
        chunk.map_err(|e| TransferError::ConnectionLost(reason(&e)))
    }

    /// Sends a request and follows redirects until the response is not a redirect, or until its headers are `enough`.
    async fn ask(
        &self,
        method: Method,
        mut url: Url,
        headers: HeaderMap,
        enough: impl Fn(&HeaderMap) -> bool,
        watcher: &mut Watcher<'_>,
    ) -> Result<Response, TransferError> {
        for _ in 0..=REDIRECTS {
            let request = self.client.request(method.clone(), url.clone()).headers(headers.clone());
            let request = request.header(ACCEPT_ENCODING, "identity");
            // Check again after every redirect: the token is only for the hub's own scheme, host and port.
            let request = match &self.token {
                Some(token) if url.origin() == self.endpoint.origin() => request.header(AUTHORIZATION, token.clone()),
                _ => request,
            };
            let response = watcher.wait(self.patience.response, request.send()).await?;
            let response = response.map_err(|e| {
                if e.is_timeout() && !e.is_connect() {
                    TransferError::Timeout(self.patience.response.as_secs())
                } else {
                    TransferError::Unreachable(reason(&e))
                }
            })?;
            if !response.status().is_redirection() || enough(response.headers()) {
                return checked(response);
            }
            url = redirected(&url, response.headers())?;
        }
        Err(TransferError::Other(format!("the hub sent more than {REDIRECTS} redirects")))
    }
}

/// Returns the target address of a redirect.
fn redirected(from: &Url, headers: &HeaderMap) -> Result<Url, TransferError> {
    let stated = |why: &str| TransferError::Other(format!("the hub sent a redirect to an address that {why}"));
    let location = headers.get(LOCATION).and_then(|l| l.to_str().ok()).ok_or_else(|| stated("is missing"))?;
    let to = from.join(location).map_err(|e| stated(&format!("is invalid ({e})")))?;
    match (from.scheme(), to.scheme()) {
        (_, "https") | ("http", "http") => Ok(to),
        ("https", "http") => Err(stated("is not encrypted")),
        _ => Err(stated("is not https or http")),
    }
}

/// Checks the status. Any status other than success is an error, and its body is not a file.
fn checked(response: Response) -> Result<Response, TransferError> {
    let status = response.status();
    // A redirect is only passed here if its headers were sufficient.
    if matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) || status.is_redirection() {
        return Ok(response);
    }
    let code = response.headers().get(ERROR_CODE).and_then(|c| c.to_str().ok()).unwrap_or_default();
    Err(match (status, code) {
        (_, "RepoNotFound" | "RevisionNotFound") => TransferError::NoModel,
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => TransferError::TokenRequired,
        (StatusCode::TOO_MANY_REQUESTS, _) => TransferError::RateLimited,
        _ => TransferError::Status(response.url().path().to_owned(), status),
    })
}

/// Returns the innermost cause of a client error. The outer message repeats the address.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
