//! A wire between the program and an engine, that can be cut.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use url::Url;

/// What the wire does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Wire {
    /// Carries everything.
    Whole,
    /// Ends every connection at the next byte, which does not arrive.
    CutBefore,
    /// Carries requests, and ends the connection instead of carrying an answer.
    CutAfter,
    /// Takes everything, carries nothing, ends nothing.
    Silent,
}

/// A wire.
pub struct Proxy {
    port: u16,
    mode: Arc<AtomicU8>,
}

impl Proxy {
    /// A whole wire to the server of a URL.
    pub fn to(url: &Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = Arc::new(AtomicU8::new(Wire::Whole as u8));
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let shared = Arc::clone(&mode);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&server) else { continue };
                let ways =
                    [(client.try_clone(), server.try_clone(), true), (server.try_clone(), client.try_clone(), false)];
                for (from, to, request) in ways {
                    let (from, to, mode) = (from.unwrap(), to.unwrap(), Arc::clone(&shared));
                    std::thread::spawn(move || carry(from, to, request, &mode));
                }
            }
        });
        Self { port, mode }
    }

    pub fn set(&self, wire: Wire) {
        self.mode.store(wire as u8, Ordering::SeqCst);
    }

    /// The URL of the engine over this wire.
    pub fn url(&self, url: &Url) -> String {
        let mut url = url.clone();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.port)).unwrap();
        url.to_string()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, request: bool, mode: &AtomicU8) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        let wire = mode.load(Ordering::SeqCst);
        let is = |asked: Wire| wire == asked as u8;
        let cut = is(Wire::CutBefore) || (is(Wire::CutAfter) && !request);
        let sent = if cut || is(Wire::Silent) { Ok(()) } else { to.write_all(buffer.get(..read).unwrap_or_default()) };
        if read == 0 || cut || sent.is_err() {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
    }
}
