//! The two Python examples of Burki's page through its dialect, and what its contract says of code.

use hookswitch_testkit::{RecordedRequest, Reply};
use hyper::Method;
use serde_json::{Value, json};

use super::desk::Desk;

/// The documented calculator: its function is called neither as the tool nor as the definition.
const LOAN: &str = r#"def calculate_monthly_payment(principal, annual_rate, years):
    monthly_rate = annual_rate / 100 / 12
    num_payments = years * 12

    if monthly_rate == 0:
        return principal / num_payments

    payment = principal * (monthly_rate * (1 + monthly_rate)**num_payments) / ((1 + monthly_rate)**num_payments - 1)

    return {
        "monthly_payment": round(payment, 2),
        "total_payments": round(payment * num_payments, 2),
        "total_interest": round(payment * num_payments - principal, 2)
    }"#;

fn loan() -> Value {
    json!({
        "name": "calculate_loan_payment", "display_name": "Loan Payment Calculator",
        "description": "Calculate monthly loan payment based on principal, rate, and term",
        "tool_type": "python_function",
        "configuration": {"python_code": LOAN, "timeout_seconds": 10},
        "function_definition": {"name": "calculate_loan_payment",
            "description": "Calculate monthly loan payment and totals",
            "parameters": {"type": "object", "properties": {
                "principal": {"type": "number", "description": "Loan principal amount in dollars"},
                "annual_rate": {"type": "number"}, "years": {"type": "integer", "description": "Loan term in years"}},
                "required": ["principal", "annual_rate", "years"]}},
        "is_active": true})
}

async fn create(desk: &Desk, tool: &Value) -> i64 {
    let made = desk.post("/burki/api/v1/tools", tool).await;
    made["id"].as_i64().unwrap_or_else(|| panic!("{made}"))
}

async fn test(desk: &Desk, id: i64, body: Value) -> Value {
    desk.post(&format!("/burki/api/organization/tools/{id}/test"), &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loan_calculator_runs_as_documented() {
    let desk = Desk::open().await;
    let id = create(&desk, &loan()).await;
    let arguments = json!({"principal": 200_000, "annual_rate": 6, "years": 30});
    let paid = json!({"monthly_payment": 1199.1, "total_payments": 431_676.38, "total_interest": 231_676.38});
    let run = test(&desk, id, json!({ "parameters": arguments })).await;
    assert_eq!(
        (&run["success"], &run["message"]),
        (&json!(true), &json!("Tool executed successfully")),
        "{run}"
    );
    assert_eq!(run["result"]["data"], paid);
    assert_eq!(run["result"]["message"], "Function executed successfully");
    // With no interest it returns a bare number.
    let run = test(&desk, id, json!({"parameters": {"principal": 1200, "annual_rate": 0, "years": 1}})).await;
    assert_eq!(run["result"]["data"], json!(100.0), "{run}");
    // And in a session, bound to an assistant.
    let desk_id = desk.post("/burki/api/v1/assistants", &json!({"name": "Bank"})).await["id"].clone();
    desk.post(&format!("/burki/api/v1/tools/{id}/assign"), &json!({"assistant_ids": [desk_id]})).await;
    let agents = desk.get("/v1/agents").await;
    let agent = agents["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{agents}"));
    let session = desk.post("/v1/sessions", &json!({ "agent_id": agent })).await["id"].clone();
    let session = session.as_str().unwrap();
    let answer = desk.call(session, "calculate_loan_payment", arguments).await;
    assert_eq!((&answer["outcome"], &answer["result"]), (&json!("done"), &paid), "{answer}");
    let bare = json!({"principal": 9750, "annual_rate": 0, "years": 1});
    let answer = desk.call(session, "calculate_loan_payment", bare).await;
    assert_eq!(answer["result"], json!({"result": 812.5}), "{answer}");
}

/// The documented `execute_tool` form with the call's context, and the network that code of this dialect has.
const LOOKUP: &str = r#"import json
import urllib.request

def execute_tool(parameters, context):
    url = "RECEIVER/customers/" + parameters["customer_id"]
    with urllib.request.urlopen(url, timeout=5) as response:
        customer = json.load(response)
    return {
        "success": True,
        "message": f"Found {customer['name']}",
        "data": {"name": customer["name"], "caller": context.get("phone_number"), "call": context["call_id"]},
    }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn code_of_this_dialect_has_the_network_and_the_context() {
    let desk = Desk::open_for(
        |request: &RecordedRequest| match request.target.as_str() {
            "/customers/7" => Reply::json(r#"{"name":"Ada"}"#),
            _ => Reply::status(404, "nobody"),
        },
        "",
    )
    .await;
    let mut tool = loan();
    tool["name"] = json!("lookup");
    tool["configuration"]["python_code"] = json!(LOOKUP.replace("RECEIVER", &desk.house.receiver_url("")));
    tool["function_definition"] = json!({"name": "lookup", "description": "Looks up", "parameters": {
        "type": "object", "properties": {"customer_id": {"type": "string"}}, "required": ["customer_id"]}});
    let id = create(&desk, &tool).await;
    let body =
        json!({"parameters": {"customer_id": "7"}, "context_variables": {"phone_number": "+15550100"}});
    let run = test(&desk, id, body).await;
    assert_eq!(run["result"]["message"], "Found Ada", "{run}");
    assert_eq!(run["result"]["data"], json!({"name": "Ada", "caller": "+15550100", "call": 0}));
    // Private addresses fail as they do for everybody.
    let private = LOOKUP.replace("RECEIVER", "http://10.0.0.1");
    let body = json!({"tool_type": "python_function", "configuration": {"python_code": private},
        "test_parameters": {"customer_id": "7"}});
    let run = desk.post("/burki/api/tools/test", &body).await;
    assert_eq!(run["success"], false);
    assert!(run["error"].as_str().unwrap().contains("403"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_has_the_contracts_words_and_a_line() {
    let desk = Desk::open().await;
    let attempt = |code: &str| {
        json!({"tool_type": "python_function", "configuration": {"python_code": code, "timeout_seconds": 1},
            "test_parameters": {}})
    };
    for (code, error) in [
        (
            "def execute_tool(parameters, context):\n    return 3\n",
            "Function must return a dictionary, got int",
        ),
        (
            "def execute_tool(parameters, context):\n    pass\n",
            "Function did not return a result. Please ensure your function returns a dictionary with 'success' and 'message' fields.",
        ),
        (
            "def execute_tool(parameters, context):\n    return {'success': False, 'error': 'sold out'}\n",
            "sold out",
        ),
        ("x = 1\n", "Code must define an 'execute_tool' function"),
        ("def f():\n    raise KeyError('a')\n", "Function execution failed: 'a'"),
        ("def f():\n    return {'a': float('nan')}\n", "Function returned a value that is not JSON"),
        ("import time\ndef f():\n    time.sleep(9)\n", "Function execution timed out after 1 second"),
        ("def f():\n    return bytearray(200 << 20)\n", "Function exceeded memory limit of 128 MB"),
    ] {
        let run = desk.post("/burki/api/tools/test", &attempt(code)).await;
        assert_eq!(run["success"], false, "{code}");
        assert!(run["error"].as_str().unwrap().starts_with(error), "{code}: {run}");
    }
    let run =
        desk.post("/burki/api/tools/test", &attempt("def f():\n    x = 1\n    raise ValueError(x)\n")).await;
    assert_eq!(run["logs"]["line"], 3, "{run}");
    assert!(run["logs"]["traceback"].as_str().unwrap().contains("line 3"), "{run}");
    let mut broken = loan();
    broken["configuration"]["python_code"] = json!("def f():\n    return 1 +\n");
    let answer = desk.house.send(Method::POST, "/burki/api/v1/tools", Some(&broken)).await;
    assert_eq!(
        (answer.status, &answer.body["detail"]),
        (400, &json!("Invalid Python code: invalid syntax (line 2)"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_outside_of_functions_is_a_body() {
    let desk = Desk::open().await;
    let mut tool = loan();
    tool["configuration"]["python_code"] =
        json!("total = principal * years\nreturn {'total': total, 'rate': parameters['annual_rate']}\n");
    let id = create(&desk, &tool).await;
    let run = test(&desk, id, json!({"parameters": {"principal": 10, "annual_rate": 2, "years": 3}})).await;
    assert_eq!(run["result"]["data"], json!({"total": 30, "rate": 2}), "{run}");
    // The deep-dive's sample uses a name that is nowhere: a clean failure.
    let body = json!({"tool_type": "python_function", "test_parameters": {},
        "configuration": {"python_code": "if amount > 10:\n    return {'ok': True}\nreturn {'ok': False}\n"}});
    let run = desk.post("/burki/api/tools/test", &body).await;
    assert_eq!(run["error"], "Function execution failed: name 'amount' is not defined", "{run}");
}

/// The documented configuration with `requests` and `pandas`, its host replaced by the receiver.
const ANALYZE: &str = r#"import requests
import pandas as pd

def analyze_customer_data(customer_id, date_range=30):
    response = requests.get(
        f"RECEIVER/customers/{customer_id}/transactions",
        params={"days": date_range},
        timeout=10
    )
    response.raise_for_status()
    df = pd.DataFrame(response.json()["transactions"])
    summary = df.groupby("category")["amount"].sum()
    return {
        "total_spent": float(df["amount"].sum()),
        "transaction_count": len(df),
        "top_category": summary.idxmax(),
        "by_category": summary.to_dict(),
        "largest": df.nlargest(1, "amount")
    }
"#;

/// Has the curated sets installed, once for the machine; gives the folder that they lie in.
fn packages() -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(["python", "sync", "--json"])
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let set = said["sets"].as_array().unwrap().iter().find(|set| set["set"] == "data").unwrap();
    let path = std::path::Path::new(set["path"].as_str().unwrap_or_else(|| panic!("{set}")));
    let sets = path.ancestors().find(|above| above.file_name().is_some_and(|name| name == "sets"));
    sets.unwrap().parent().unwrap().display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_analysis_with_pandas_and_requests_runs_as_documented() {
    let settings = format!("python_packages = {:?}\n", packages());
    let desk = Desk::open_for(
        |_| {
            Reply::json(
                r#"{"transactions":[{"category":"food","amount":12.5},{"category":"travel","amount":80.0},{"category":"food","amount":7.5}]}"#,
            )
        },
        &settings,
    )
    .await;
    let mut tool = loan();
    tool["name"] = json!("analyze_customer");
    let code = ANALYZE.replace("RECEIVER", &desk.house.receiver_url(""));
    tool["configuration"] = json!({"python_code": code, "timeout_seconds": 15, "max_memory_mb": 128,
        "allowed_modules": ["requests", "pandas", "json"]});
    tool["function_definition"] = json!({"name": "analyze_customer", "description": "Analyzes", "parameters": {
        "type": "object", "properties": {"customer_id": {"type": "string"}, "date_range": {"type": "integer"}},
        "required": ["customer_id"]}});
    let id = create(&desk, &tool).await;
    let run = test(&desk, id, json!({"parameters": {"customer_id": "c-7"}})).await;
    let wanted = json!({"total_spent": 100.0, "transaction_count": 3, "top_category": "travel",
        "by_category": {"food": 20.0, "travel": 80.0}, "largest": [{"category": "travel", "amount": 80.0}]});
    assert_eq!(run["result"]["data"], wanted, "{run}");
    let seen = desk.house.receiver.requests();
    assert_eq!(seen[0].target, "/customers/c-7/transactions?days=30");
}
