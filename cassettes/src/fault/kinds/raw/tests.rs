//! Faults of plain TCP's dialects, as plays.

use bytes::Bytes;

use crate::fault::kinds::testing::{exchange, played};
use crate::model::{Exchange, Protocol};

fn raw(said: &[&'static str]) -> Exchange {
    let said = said.iter().map(|text| {
        let (who, text) = text.split_at(1);
        (who.chars().next().unwrap(), Bytes::from_static(text.as_bytes()))
    });
    exchange(Protocol::Raw, &said.collect::<Vec<_>>())
}

fn redis() -> Exchange {
    raw(&[
        ">*1\r\n$4\r\nPING\r\n",
        "<+PONG\r\n",
        ">*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
        "<$5\r\nhello\r\n",
    ])
}

fn smtp() -> Exchange {
    raw(&[
        "<220 hi\r\n",
        ">EHLO me\r\n",
        "<250-one\r\n250-two\r\n250 three\r\n",
        ">QUIT\r\n",
        "<221 bye\r\n",
    ])
}

#[test]
fn an_error_comes_in_the_protocol_s_own_form_once_it_was_asked_for() {
    let told = played("error-reply at message 2", &redis());
    assert_eq!(told, "<Messages(0)>+PONG~<Messages(1)>-ERR broken on purpose~");
    let told = played("error-reply \"-OOM no\" at message 1", &redis());
    assert_eq!(told, r"<Messages(0)>-OOM no~<Messages(1)>$5~hello~");
    let told = played("error-reply at message 2", &smtp());
    assert_eq!(told, "220 hi~<Messages(0)>451 Broken on purpose~<Messages(1)>221 bye~");
    let told = played("error-reply at message 3", &smtp());
    assert_eq!(told, "no: it takes the first line of a reply");
    let told = played("error-reply at message 1", &raw(&[">get a\r\n", "<END\r\n"]));
    assert_eq!(told, "<Messages(0)>SERVER_ERROR broken on purpose~");
}

#[test]
fn a_length_is_wrong_and_the_rest_is_not() {
    let told = played("wrong-length 1 at message 2", &redis());
    assert_eq!(told, "<Messages(0)>+PONG~<Messages(1)>$6~hello~");
    let told = played("wrong-length -1 at message 2", &redis());
    assert_eq!(told, "<Messages(0)>+PONG~<Messages(1)>$4~hello~");
    let needs = "no: it needs a message with a length";
    assert_eq!(played("wrong-length 1 at message 1", &redis()), needs);
    assert_eq!(played("wrong-length 1 at message 1", &smtp()), needs);
}

#[test]
fn a_message_is_cut_and_the_connection_closed() {
    let told = played("cut-message at message 2", &redis());
    assert_eq!(told, "<Messages(0)>+PONG~<Messages(1)>$5~h<Close>");
    assert_eq!(played("cut-message at message 1", &smtp()), "220 <Close>");
}

#[test]
fn a_reply_is_left_out_doubled_or_comes_late() {
    let told = |fault: &str| played(fault, &redis());
    assert_eq!(told("delete at message 1"), "<Messages(0)><Messages(1)>$5~hello~");
    let twice = "<Messages(0)>+PONG~<Messages(1)>$5~hello~$5~hello~";
    assert_eq!(told("duplicate at message 2"), twice);
    assert_eq!(told("swap at message 1"), "<Messages(0)>$5~hello~<Messages(1)>+PONG~");
}

/// A session with PostgreSQL: it opens, asks for rows, and asks once more.
fn postgres() -> Exchange {
    raw(&[
        ">\0\0\0\x11\0\x03\0\0user\0me\0\0",
        "<R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I",
        ">Q\0\0\0\x06a\0",
        "<T\0\0\0\x06\0\0D\0\0\0\x06\0\0C\0\0\0\x05\0Z\0\0\0\x05I",
        ">Q\0\0\0\x06b\0",
        "<I\0\0\0\x04Z\0\0\0\x05I",
    ])
}

#[test]
fn a_database_fails_until_it_is_ready_again() {
    let told = |fault: &str| played(fault, &postgres()).replace(r"\x00", "0");
    let opens = r"<Messages(0)>R000\x080000Z000\x05I";
    let error = "E000-SERROR0VERROR0CXX0000Mbroken on purpose00";
    let rest = r"Z000\x05I<Messages(2)>I000\x04Z000\x05I";
    assert_eq!(told("error-reply at message 3"), format!("{opens}<Messages(1)>{error}{rest}"));
    let rows = r"T000\x0600";
    let amid = format!("{opens}<Messages(1)>{rows}{error}{rest}");
    assert_eq!(told("error-reply at message 4"), amid);
    let full = told("error-reply \"53100 disk full\" at message 7");
    let error = r"I<Messages(2)>E000%SERROR0VERROR0C531000Mdisk full00Z000\x05I";
    assert!(full.ends_with(error), "{full}");
    let fatal = told("error-reply at message 1");
    let error = "E000-SFATAL0VFATAL0CXX0000Mbroken on purpose00";
    assert_eq!(fatal, format!("<Messages(0)>{error}<Close>"));
    let needs = "no: it needs another message than `ReadyForQuery`";
    assert_eq!(told("error-reply at message 2"), needs);
    let longer = format!(r"{opens}<Messages(1)>T000\x0700D000\x0600C000\x050{rest}");
    assert_eq!(told("wrong-length 1 at message 3"), longer);
}

#[test]
fn bytes_of_no_dialect_do_not_fit() {
    let bytes = raw(&[">\0\x01\x02", "<\0\x01"]);
    let needs = "no: it needs plain TCP in a dialect that is known: RESP, PostgreSQL, or lines";
    assert_eq!(played("error-reply at message 1", &bytes), needs);
    assert_eq!(played("wrong-length 1 at message 1", &bytes), needs);
}
