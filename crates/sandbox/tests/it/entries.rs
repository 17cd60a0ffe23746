//! Entry points, arguments, values, modules: the semantics of a tool's code.

use hookswitch_sandbox::{FailureKind, Form, ToolSpec};
use serde_json::json;

use crate::support::{call, run, sandbox, spec, value};

/// Code, arguments, what comes out, by which form.
const FORMS: [(&str, &str, &str, Form); 19] = [
    ("x = a + 1\nreturn {'x': x}", r#"{"a":1}"#, r#"{"x":2}"#, Form::Body),
    (
        "if b is None:\n    return [parameters, context['call_id']]\n",
        r#"{"a":1}"#,
        r#"[{"a":1},7]"#,
        Form::Body,
    ),
    ("import asyncio\nawait asyncio.sleep(0)\nreturn a", r#"{"a":[1]}"#, "[1]", Form::Body),
    (
        "from __future__ import annotations\ndef g(x: nowhere): return x\nreturn g(a)",
        r#"{"a":1}"#,
        "1",
        Form::Body,
    ),
    (
        "def execute_tool(parameters, context):\n    return {'p': parameters, 'c': context['call_id']}",
        r#"{"a":1}"#,
        r#"{"p":{"a":1},"c":7}"#,
        Form::ExecuteTool,
    ),
    (
        "def f(): return 0\nasync def execute_tool(p, c): return {'a': p['a']}\ndef g(): return 1",
        r#"{"a":1}"#,
        r#"{"a":1}"#,
        Form::ExecuteTool,
    ),
    (
        "def tool(a, b=5): return [a, b]\ndef later(a): return 'later'",
        r#"{"a":1,"zzz":2}"#,
        "[1,5]",
        Form::Named,
    ),
    ("tool = lambda a: a * 2\ndef other(a): return 0", r#"{"a":4}"#, "8", Form::Named),
    ("def only(**rest): return rest", r#"{"a":1,"b":2}"#, r#"{"a":1,"b":2}"#, Form::Only),
    ("def only(a, /, b, *, c): return [a, b, c]", r#"{"a":1,"b":2,"c":3}"#, "[1,2,3]", Form::Only),
    ("def only(a, context): return context['call_id'] + a", r#"{"a":1}"#, "8", Form::Only),
    ("def only(parameters): return parameters", r#"{"a":1}"#, r#"{"a":1}"#, Form::Only),
    ("def _helper(x): return x * 3\ndef only(a): return _helper(a)", r#"{"a":2}"#, "6", Form::Only),
    ("async def only(a):\n    return a", r#"{"a":"é\n"}"#, r#""é\n""#, Form::Only),
    ("def one(a): return 1\ndef two(a): return one(a) + 1", r#"{"a":0}"#, "2", Form::Last),
    (
        "def one(a): return 1\ndef _two(a): return 2\nclass C:\n    def m(self): return 3",
        r#"{"a":0}"#,
        "1",
        Form::Only,
    ),
    ("def f(x): return x\ndef f(x): return x + 1", r#"{"x":1}"#, "2", Form::Only),
    ("state = []\ndef f():\n    state.append(1)\n    return len(state)", "{}", "1", Form::Only),
    ("def f():\n    return __name__", "{}", r#""__tool__""#, Form::Only),
];

#[tokio::test]
async fn every_form_of_entry() {
    let sandbox = sandbox().await;
    for (code, arguments, wanted, form) in FORMS {
        let tool = ToolSpec { parameters: vec!["a".to_owned(), "b".to_owned()], ..spec(code) };
        let outcome = call(&sandbox.prepare(tool).unwrap(), arguments).await;
        let returned = outcome.result.unwrap_or_else(|failure| panic!("{code}\n{failure:#?}"));
        assert_eq!((returned.json.get(), returned.form), (wanted, form), "{code}");
    }
}

#[tokio::test]
async fn a_declared_argument_called_context_stays_the_callers() {
    let sandbox = sandbox().await;
    let tool =
        ToolSpec { parameters: vec!["context".to_owned()], ..spec("def only(context): return context") };
    let returned = call(&sandbox.prepare(tool).unwrap(), r#"{"context":"mine"}"#).await.result.unwrap();
    assert_eq!(returned.json.get(), r#""mine""#);
}

#[tokio::test]
async fn nothing_to_call_is_said_in_the_contracts_words() {
    let sandbox = sandbox().await;
    for code in ["", "x = 1", "def _hidden(): return 1", "class A: pass"] {
        let failure = run(&sandbox, code, "{}").await.result.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NoEntryPoint);
        assert_eq!(failure.message, "Code must define an 'execute_tool' function");
        assert!(!failure.began);
    }
}

#[tokio::test]
async fn values_are_converted_or_refused_clearly() {
    let sandbox = sandbox().await;
    let good = [
        ("(1, (2,), [3])", json!([1, [2], [3]])),
        ("sorted({3, 1})", json!([1, 3])),
        ("{7}", json!([7])),
        ("{1: 'a', True: 'b', None: 'c'}", json!({"1": "b", "null": "c"})),
        ("__import__('decimal').Decimal('10.50')", json!("10.50")),
        ("__import__('datetime').datetime(2026, 1, 2, 3, 4, 5)", json!("2026-01-02T03:04:05")),
        ("__import__('datetime').date(2026, 1, 2)", json!("2026-01-02")),
        ("__import__('datetime').time(3, 4)", json!("03:04:00")),
        ("2**63", json!(9_223_372_036_854_775_808_u64)),
        ("-2**63", json!(i64::MIN)),
        ("'12345678901234567890123'", json!("12345678901234567890123")),
        ("'\\0 é \\U0001F600'", json!("\0 é 😀")),
        ("1e308", json!(1e308)),
        ("[]", json!([])),
    ];
    for (expression, wanted) in good {
        assert_eq!(
            value(&sandbox, &format!("def f(): return {expression}"), "{}").await,
            wanted,
            "{expression}"
        );
    }
    let refused = [
        ("float('nan')", "NaN or infinity (use None)"),
        ("[{'a': float('-inf')}]", "NaN or infinity (use None)"),
        ("__import__('decimal').Decimal('NaN')", "NaN or infinity (use None)"),
        ("b'x'", "bytes"),
        ("object()", "object"),
        ("(x for x in [])", "generator"),
        ("lambda: 1", "function"),
        ("1j", "complex"),
        ("2**64", "int of more than 64 bits (use str)"),
        ("{'a': [-2**63-1]}", "int of more than 64 bits (use str)"),
        ("{(1, 2): 3}", "keys must be str, int, float, bool or None, not tuple"),
        ("(lambda x: (x.append(x), x)[1])([])", "a value that holds itself"),
        ("'\\ud800'", "text with half a character (a lone surrogate)"),
        ("__import__('functools').reduce(lambda a, _: [a], range(200), 1)", "nested too deeply"),
    ];
    for (expression, why) in refused {
        let failure = run(&sandbox, &format!("def f(): return {expression}"), "{}").await.result.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotJson, "{expression}");
        assert_eq!(failure.message, format!("Function returned a value that is not JSON: {why}"));
    }
}

#[tokio::test]
async fn tracebacks_show_the_tools_own_lines_and_no_path() {
    let sandbox = sandbox().await;
    let code =
        "import json\n\ndef helper(x):\n    return json.loads(x)\n\ndef f():\n    return helper('{')\n";
    let failure = run(&sandbox, code, "{}").await.result.unwrap_err();
    let author = failure.author.unwrap();
    assert_eq!((author.line, author.exception.as_str()), (Some(4), "JSONDecodeError"));
    assert!(
        author.traceback.contains("File \"<tool>\", line 7, in f\n    return helper('{')"),
        "{}",
        author.traceback
    );
    assert!(!author.traceback.contains("_hookswitch"), "{}", author.traceback);
    assert!(failure.message.starts_with("Function execution failed: Expecting property name"));
    assert!(!failure.message.contains("line 7") && !failure.message.contains('/'));

    let failure = run(&sandbox, "x = 1\ndef f(:\n    pass\n", "{}").await.result.unwrap_err();
    let author = failure.author.unwrap();
    assert_eq!((author.line, author.exception.as_str(), author.loading), (Some(2), "SyntaxError", true));
    assert!(!failure.began);
}

#[tokio::test]
async fn allowed_modules_bind_the_tools_own_code_alone() {
    let sandbox = sandbox().await;
    let with = |code: &str, allowed: &[&str]| ToolSpec {
        allowed_modules: Some(allowed.iter().map(|&name| name.to_owned()).collect()),
        version: format!("{code}{allowed:?}"),
        ..spec(code)
    };
    let refused = with("import json\nimport os\ndef f(): return 1", &["json"]);
    let failure = call(&sandbox.prepare(refused).unwrap(), "{}").await.result.unwrap_err();
    assert_eq!(failure.message, "Function execution failed: module 'os' is not allowed");
    assert_eq!(failure.author.unwrap().exception, "ImportError");
    for (code, allowed) in [
        ("def f(): return urllib.parse.quote('a b')", "urllib.parse"),
        ("from urllib.parse import quote\ndef f(): return quote('a b')", "urllib.parse"),
        ("from urllib import parse\ndef f(): return parse.quote('a b')", "urllib.parse"),
        ("import urllib.parse as p\ndef f(): return p.quote('a b')", "urllib"),
        // What an allowed library imports itself is its own affair.
        ("import csv\ndef f():\n    csv.DictReader(['a'])\n    return 'a%20b'", "csv"),
    ] {
        let returned = call(&sandbox.prepare(with(code, &[allowed])).unwrap(), "{}").await.result;
        assert_eq!(returned.unwrap().json.get(), r#""a%20b""#, "{code}");
    }
    let inner = with("def f():\n    import socket\n    return 1", &["json"]);
    assert!(call(&sandbox.prepare(inner).unwrap(), "{}").await.result.is_err());
}

#[tokio::test]
async fn output_is_kept_bounded_in_both_streams() {
    let sandbox = sandbox().await;
    let code = "import sys\nprint('loading')\ndef f():\n    print('é')\n    sys.stderr.write('oops')\n    sys.stdout.write('x' * 100_000)\n    return 1\n";
    let outcome = run(&sandbox, code, "{}").await;
    outcome.result.unwrap();
    assert!(outcome.stdout.text.starts_with("loading\né\nxxx"));
    assert_eq!((outcome.stdout.text.len(), outcome.stdout.written), (64 << 10, 100_011));
    assert_eq!((outcome.stderr.text.as_str(), outcome.stderr.written), ("oops", 4));
    let outcome = run(&sandbox, "def f():\n    print('before')\n    while True: pass\n", "{}").await;
    assert_eq!((outcome.stdout.text.as_str(), outcome.result.is_err()), ("before\n", true));
}

#[tokio::test]
async fn arguments_are_objects_of_bounded_size_and_depth() {
    let sandbox = sandbox().await;
    let code = "def f(**a): return len(a)";
    for bad in ["[]", "null", "{", ""] {
        assert_eq!(run(&sandbox, code, bad).await.result.unwrap_err().kind, FailureKind::BadArguments);
    }
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(10 << 20));
    assert_eq!(run(&sandbox, code, &long).await.result.unwrap_err().kind, FailureKind::BadArguments);
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let failure = run(&sandbox, code, &deep).await.result.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::Raised | FailureKind::BadArguments), "{failure:?}");
    assert_eq!(value(&sandbox, code, r#"{"a":1,"a":2}"#).await, json!(1));
    let just = format!(r#"{{"a":"{}"}}"#, "x".repeat(1_000_000));
    assert_eq!(value(&sandbox, "def f(a): return len(a)", &just).await, json!(1_000_000));
}

#[tokio::test]
async fn names_that_look_like_paths_are_only_names() {
    let sandbox = sandbox().await;
    for name in ["../../etc", "a\nb", "a\0b", "<x>", "", "é"] {
        let tool = ToolSpec {
            name: name.to_owned(),
            tool: hookswitch_sandbox::ToolId(name.to_owned()),
            tenant: hookswitch_sandbox::TenantId(format!("t{name}")),
            ..spec("def f(): raise ValueError('x')")
        };
        let failure = call(&sandbox.prepare(tool).unwrap(), "{}").await.result.unwrap_err();
        assert_eq!(failure.author.unwrap().line, Some(1));
    }
}
