//! What code is called with, what its values become, and what its author and the model are told.

use serde_json::{Value, json};

use super::desk::{Desk, texts};

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_entry_point() {
    let desk = Desk::open().await;
    let forms = [
        ("body", "return {'got': parameters['a'], 'local': a}", json!({"got": "x", "local": "x"})),
        (
            "execute",
            "def execute_tool(parameters, context):\n    return {'success': True, 'message': 'hi', 'data': parameters}",
            json!({"message": "hi", "data": {"a": "x"}}),
        ),
        (
            "named",
            "def other():\n    return 0\ndef named(a):\n    return a\ndef last(a):\n    return 1",
            json!({"result": "x"}),
        ),
        ("only", "def f(a, b='d'):\n    return [a, b]", json!(["x", "d"])),
        (
            "last",
            "def f(a):\n    return 1\ndef g(a):\n    return 2\ndef _h(a):\n    return 3",
            json!({"result": 2}),
        ),
        (
            "coroutine",
            "import asyncio\nasync def f(a):\n    await asyncio.sleep(0)\n    return {'a': a}",
            json!({"a": "x"}),
        ),
        ("keywords", "def f(**all):\n    return all", json!({"a": "x"})),
        (
            "context",
            "def f(a, context):\n    return sorted(k for k in context if k in ('act_id', 'idempotency_key', 'tool'))",
            json!(["act_id", "idempotency_key", "tool"]),
        ),
    ];
    for (name, code, told) in forms {
        let tool = desk.tool(name, code, json!({"input_schema": texts(&["a"])})).await;
        let run = desk.trial(&tool, json!({"a": "x"})).await;
        assert_eq!((&run["outcome"], &run["told"]), (&json!("done"), &told), "{name}: {run}");
    }
    let run = desk.run("none", "x = 1", json!({})).await;
    assert_eq!(run["error"], "Code must define an 'execute_tool' function", "{run}");
    assert_eq!(run["outcome"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_have_a_json_form_or_are_refused_clearly() {
    let desk = Desk::open().await;
    let returning = |value: &str| format!("import datetime, decimal, uuid\ndef f():\n    return {value}\n");
    for (name, value, told) in [
        ("tuple", "(1, 2)", json!([1, 2])),
        ("set", "{1}", json!([1])),
        ("decimal", "{'d': decimal.Decimal('1.50')}", json!({"d": "1.50"})),
        ("date", "{'d': datetime.date(2026, 1, 2)}", json!({"d": "2026-01-02"})),
        ("none", "None", json!({"result": null})),
        ("text", "'é\\u2028'", json!({"result": "é\u{2028}"})),
    ] {
        let run = desk.run(name, &returning(value), json!({})).await;
        assert_eq!((&run["outcome"], &run["told"]), (&json!("done"), &told), "{name}: {run}");
    }
    for (name, value, kind) in [
        ("bytes", "b'x'", "bytes"),
        ("object", "object()", "object"),
        ("nan", "float('nan')", "NaN"),
        ("infinite", "[float('inf')]", "inf"),
        ("lambda", "lambda: 1", "function"),
        ("generator", "(x for x in [])", "generator"),
    ] {
        let run = desk.run(name, &returning(value), json!({})).await;
        let error = run["error"].as_str().unwrap_or_default();
        assert!(error.starts_with("Function returned a value that is not JSON: "), "{name}: {run}");
        assert!(error.to_lowercase().contains(&kind.to_lowercase()), "{name}: {error}");
        assert_eq!(run["outcome"], "failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_gets_the_line_and_the_model_does_not() {
    let desk = Desk::open().await;
    let code = "import sys\n\ndef f():\n    print('to stdout')\n    print('to stderr', file=sys.stderr)\n    raise ValueError('no such slot')\n";
    let tool = desk.tool("boom", code, json!({})).await;
    let session = desk.session(&[&tool]).await;
    let answer = desk.call(&session, "boom", json!({})).await;
    let told = json!({"error": "Function execution failed: no such slot", "done": false});
    assert_eq!((&answer["outcome"], &answer["result"]), (&json!("failed"), &told));
    assert!(!answer.to_string().contains("Traceback"), "{answer}");
    let record = desk.record(&answer).await;
    let code = &record["code"];
    assert_eq!(
        (&code["line"], &code["stdout"], &code["stderr"]),
        (&json!(6), &json!("to stdout\n"), &json!("to stderr\n"))
    );
    assert!(code["traceback"].as_str().unwrap().contains("line 6"), "{code}");
    assert_eq!(record["told"], told);
    assert_eq!(record["attempts"][0]["error"], "code_raised");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_parse_is_not_saved() {
    let desk = Desk::open().await;
    let draft = json!({"name": "broken", "kind": "python", "python": {"code": "def f():\n    return (1\n"}});
    let answer = desk.house.send(hyper::Method::POST, "/v1/tools", Some(&draft)).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    let finding = &answer.body["errors"][0];
    assert_eq!((&finding["path"], &finding["code"]), (&json!("$.python.code"), &json!("invalid_code")));
    assert!(finding["message"].as_str().unwrap().contains("(line 2)"), "{finding}");
    let checked = desk.post("/v1/tools/check", &draft).await;
    assert_eq!((&checked["valid"], &checked["findings"][0]["code"]), (&json!(false), &json!("invalid_code")));
    // Nothing is run by reading it: neither at a check nor when it is saved.
    let sleeps = json!({"name": "sleeps", "kind": "python", "python": {"code": "while True: pass\ndef f(): return 1\n"}});
    assert_eq!(desk.post("/v1/tools/check", &sleeps).await["valid"], true);
    let empty = json!({"name": "empty", "kind": "python", "python": {"code": "x = 1\n"}});
    assert_eq!(desk.post("/v1/tools/check", &empty).await["findings"][0]["code"], "no_entry_point");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_memory_and_output_have_ends() {
    let desk = Desk::open().await;
    let limits: [(&str, &str, Value, &str, &str); 4] = [
        (
            "loop",
            "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\n",
            json!({"timeout_ms": 1000}),
            "Function execution timed out after 1 second",
            "code_timeout",
        ),
        (
            "sleep",
            "import time\ndef f():\n    time.sleep(60)\n",
            json!({"timeout_ms": 500}),
            "Function execution timed out after 0.5 seconds",
            "code_timeout",
        ),
        (
            "greedy",
            "def f():\n    return len(bytearray(300 << 20))\n",
            json!({"python": {"max_memory_mb": 64}}),
            "Function exceeded memory limit of 64 MB",
            "memory_limit",
        ),
        (
            "loud",
            "def f():\n    while True: print('x' * 100000)\n",
            json!({}),
            "Function printed too much and was stopped",
            "output_limit",
        ),
    ];
    let tools: Vec<(&str, String)> = {
        let mut tools = Vec::new();
        for (name, code, more, _, _) in &limits {
            tools.push((*name, desk.tool(name, code, more.clone()).await));
        }
        tools
    };
    let ids: Vec<&str> = tools.iter().map(|(_, id)| id.as_str()).collect();
    let session = desk.session(&ids).await;
    for (name, _, _, error, code) in limits {
        let answer = desk.call(&session, name, json!({})).await;
        let record = desk.record(&answer).await;
        assert_eq!(
            (&record["error"], &record["attempts"][0]["error"]),
            (&json!(error), &json!(code)),
            "{name}: {record}"
        );
        // Nothing of it can have left: there was no way out.
        assert_eq!(answer["outcome"], "failed", "{name}: {answer}");
        if code == "code_timeout" {
            assert_eq!(answer["result"], json!({"error": "tool timed out"}), "{name}");
            assert_eq!(record["timed_out"], true);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceiling_cuts_the_budget_of_code() {
    let desk = Desk::open_with("python_ceiling = \"400ms\"\n").await;
    let run =
        desk.run("slow", "import time\ndef f():\n    time.sleep(30)\n", json!({"timeout_ms": 60_000})).await;
    assert_eq!(run["error"], "Function execution timed out after 0.4 seconds", "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_at_once_is_busy_and_nothing_ran() {
    let desk = Desk::open_with("python_memory_mb = 256\n").await;
    let code = "def f():\n    return 1\n";
    let tool = desk.tool("large", code, json!({"python": {"max_memory_mb": 512}})).await;
    let session = desk.session(&[&tool]).await;
    let answer = desk.call(&session, "large", json!({})).await;
    let told =
        json!({"error": "The code sandbox is busy: the function asks for more memory than the server has"});
    assert_eq!((&answer["outcome"], &answer["result"]), (&json!("refused"), &told), "{answer}");
    let record = desk.record(&answer).await;
    assert_eq!(record["attempts"][0]["error"], "busy");
    assert!(desk.metric("python_calls_busy_total").await >= 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_that_are_not_named_are_not_imported() {
    let desk = Desk::open().await;
    let code = "def f():\n    import subprocess\n    return 1\n";
    let run = desk.run("strict", code, json!({"python": {"allowed_modules": ["json"]}})).await;
    assert_eq!(run["error"], "Function execution failed: module 'subprocess' is not allowed", "{run}");
    assert_eq!(run["code"]["line"], 2);
    let code = "def f():\n    return json.dumps([urllib.parse.quote('a b')])\n";
    let run = desk.run("given", code, json!({"python": {"allowed_modules": ["json", "urllib.parse"]}})).await;
    assert_eq!(run["told"], json!({"result": "[\"a%20b\"]"}), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requirements_that_nobody_has_are_named() {
    let desk = Desk::open().await;
    let run = desk
        .run("needs", "def f():\n    return 1\n", json!({"python": {"requirements": ["no-such-package>=9"]}}))
        .await;
    assert_eq!(run["outcome"], "refused", "{run}");
    assert!(
        run["error"]
            .as_str()
            .is_some_and(|error| error.contains("packages") || error.contains("no-such-package")),
        "{run}"
    );
}
