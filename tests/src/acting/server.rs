//! Servers that answer whatever they are asked with text of their own. An engine cannot be made to say such things of
//! itself; what it can be made to hold is tried on the real ones.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// A server that refuses the connection as PostgreSQL does, with this text in every field of its message.
pub fn postgres(text: String) -> String {
    let port = serve(move |stream| {
        let mut begun = [0; 512];
        let _ = stream.read(&mut begun);
        let mut fields = Vec::new();
        for (field, value) in [
            (b'S', "FATAL"),
            (b'V', "FATAL"),
            (b'C', "28000"),
            (b'M', text.as_str()),
            (b'D', text.as_str()),
            (b'H', text.as_str()),
            (b'W', text.as_str()),
            (b'F', text.as_str()),
            (b'R', text.as_str()),
        ] {
            fields.push(field);
            fields.extend(value.bytes());
            fields.push(0);
        }
        fields.push(0);
        let mut message = vec![b'E'];
        message.extend(u32::try_from(fields.len() + 4).unwrap().to_be_bytes());
        message.extend(fields);
        let _ = stream.write_all(&message);
    });
    format!("postgres://user:password@127.0.0.1:{port}/whale?sslmode=disable")
}

/// A server that answers any request over HTTP with this text: with a failure, or as if it were what was asked for.
pub fn http(status: &'static str, text: String) -> String {
    let port = serve(move |stream| {
        let mut asked = [0; 8_192];
        let _ = stream.read(&mut asked);
        let length = text.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nX-ClickHouse-Exception-Code: 62\r\nContent-Length: {length}\r\nConnection: close"
        );
        let _ = stream.write_all(format!("{head}\r\n\r\n{text}").as_bytes());
    });
    format!("http://user:password@127.0.0.1:{port}/")
}

fn serve(answer: impl Fn(&mut TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            answer(&mut stream);
        }
    });
    port
}
