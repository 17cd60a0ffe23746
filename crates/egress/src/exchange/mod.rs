//! One request and its answer under one deadline: connection, writing, reading, redirects.

mod attempt;
mod body;
mod decode;
mod progress;
mod redirect;
mod stream;

use tokio::time::{Instant, timeout_at};

pub use stream::StreamingResponse;

use crate::{
    client::Client,
    error::{NotSent, SendError},
    request::{Request, is_reserved_header},
    response::Response,
};
use progress::Progress;
use redirect::NextHop;

impl Client {
    /// Sends a request and reads the whole answer before the deadline, which covers DNS, connecting, TLS, writing,
    /// reading and every redirect.
    ///
    /// Whether an error is [`SendError::NotSent`] is exact: it is only said when not one byte of the request was
    /// handed to a socket and none will be. Nothing is retried, except that a request which a kept-alive connection
    /// provably did not take goes to another one. Dropping the future closes the connection.
    pub async fn send(&self, request: Request, deadline: Instant) -> Result<Response, SendError> {
        check_request(&request)?;
        if deadline <= Instant::now() {
            return Err(NotSent::Deadline.into());
        }
        let progress = Progress::default();
        let followed = Box::pin(self.follow(request, &progress));
        match timeout_at(deadline, followed).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(progress.judge(error)),
            Err(_) => Err(progress.judge(progress.timed_out())),
        }
    }

    async fn follow(&self, mut request: Request, progress: &Progress) -> Result<Response, SendError> {
        let started = Instant::now();
        let mut redirects = 0;
        loop {
            let mut response = self.exchange(&request, progress).await?;
            response.redirects = redirects;
            response.timings.total = started.elapsed();
            match redirect::next(&self.policy(), &request, &response, redirects) {
                NextHop::Answer => return Ok(response),
                NextHop::Stop(stop) => {
                    response.redirect_stop = Some(stop);
                    return Ok(response);
                }
                NextHop::Go(next) => request = *next,
            }
            redirects += 1;
            progress.redirected();
        }
    }
}

fn check_request(request: &Request) -> Result<(), NotSent> {
    if request.method == http::Method::CONNECT {
        return Err(NotSent::InvalidRequest("the method CONNECT is not supported".to_owned()));
    }
    match request.headers.keys().find(|name| is_reserved_header(name)) {
        Some(name) => Err(NotSent::InvalidRequest(format!("the header {name} is set by the server"))),
        None => Ok(()),
    }
}
