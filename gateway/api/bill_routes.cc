// Whole bills and proofs of them, from the office's own ledger: a customer has those of the own
// meters, the others are not there.
#include <algorithm>
#include <charconv>

#include "gateway/api/api_route.h"
#include "gateway/bills/bill_text.h"

namespace fairfeed {
namespace {

bool may_read(const Caller& caller, std::string_view meter) {
    return caller.owns(meter) || caller.may(AccessRight::read_money);
}

HttpResponse download(Bytes bytes, const std::string& name) {
    HttpResponse response;
    response.body = std::string(as_text(bytes));
    response.set("content-type", "application/octet-stream");
    response.set("content-disposition", "attachment; filename=\"" + name + "\"");
    return response;
}

HttpResponse csv(const BillRun& run) {
    HttpResponse response;
    response.body = bills_csv(run);
    response.set("content-type", "text/csv; charset=utf-8");
    return response;
}

HttpResponse wrong_parameter(std::string_view name, const std::string& what) {
    return problem(400, "wrong-parameter", std::string(name) + " " + what,
                   {{"", std::string(name), what}});
}

// Whether CSV is asked for.
Result<bool, HttpResponse> wants_csv(const ApiCall& call) {
    const std::string format = call.parameter("format");
    if (format.empty() || format == "json") return false;
    if (format == "csv") return true;
    return unexpected(wrong_parameter("format", "is json or csv"));
}

// The figures of a bill without its rows.
Json summary_of(const DatedBill& dated) {
    const Json whole = dated_bill_json(dated);
    Json out = Json::object();
    for (const auto& [name, value] : *whole.as_object())
        if (value.as_array() == nullptr) out.set(name, value);
    return out;
}

Result<BillOrder, HttpResponse> order_of(const ApiCall& call) {
    BillOrder order;
    if (const std::string month = call.parameter("month"); !month.empty()) {
        order.month = parse_month(month);
        if (!order.month) return unexpected(wrong_parameter("month", "is written 2016-08"));
    }
    const std::string meter = call.parameter("meter");
    if (!meter.empty()) {
        order.meter = MeterId::parse(meter);
        if (!order.meter) return unexpected(wrong_parameter("meter", "is no name of a meter"));
    }
    const auto& own = call.caller.account->meters;
    const bool only_one = !call.caller.may(AccessRight::read_money) && own.size() == 1;
    if (!order.meter && only_one) order.meter = MeterId::parse(own.front());
    return order;
}

HttpResponse list_bills(const ApiSources& sources, const ApiCall& call) {
    const auto as_csv = wants_csv(call);
    if (!as_csv) return as_csv.error();
    const auto order = order_of(call);
    if (!order) return order.error();
    const bool reads_all = call.caller.may(AccessRight::read_money);
    const bool owns_none = call.caller.account->meters.empty() ||
                           (order->meter && !call.caller.owns(order->meter->view()));
    BillRun run;
    if (reads_all || !owns_none) {
        auto made = sources.bills.run(*order);
        if (!made) return machine_failed(made.error());
        run = std::move(*made);
    }
    std::erase_if(run.bills, [&](const DatedBill& each) {
        return !may_read(call.caller, each.bill.meter.view());
    });
    if (*as_csv) return csv(run);
    Json items = Json::array();
    for (const DatedBill& each : run.bills)
        items.push(summary_of(each));
    Json unread = Json::array();
    for (const std::string& line : run.unread)
        if (reads_all) unread.push(line);
    return json_response(
        Json::object().set("items", std::move(items)).set("unread", std::move(unread)));
}

// Of the path; nullopt: it names nothing that the caller may read.
std::optional<BillOrder> bill_asked_for(const ApiCall& call) {
    BillOrder order{parse_month(call.in_path("month")), MeterId::parse(call.in_path("meter"))};
    const bool is_whole = order.month && order.meter;
    if (!is_whole || !may_read(call.caller, order.meter->view())) return std::nullopt;
    return order;
}

HttpResponse show_bill(const ApiSources& sources, const ApiCall& call) {
    const auto as_csv = wants_csv(call);
    if (!as_csv) return as_csv.error();
    const auto order = bill_asked_for(call);
    if (!order) return not_found();
    const auto run = sources.bills.run(*order);
    if (!run) return machine_failed(run.error());
    if (!run->unread.empty()) return problem(409, "unreadable", run->unread.front());
    if (run->bills.empty()) return not_found();
    return *as_csv ? csv(*run) : json_response(dated_bill_json(run->bills.front()));
}

HttpResponse prove_bill(const ApiSources& sources, const ApiCall& call) {
    const auto order = bill_asked_for(call);
    if (!order) return not_found();
    auto proof = sources.bills.proof(*order->meter, *order->month);
    if (!proof) return problem(404, "no-proof", proof.error());
    return download(std::move(*proof),
                    order->meter->str() + "-" + month_text(*order->month) + ".bill");
}

HttpResponse prove_reading(const ApiSources& sources, const ApiCall& call) {
    const auto meter = MeterId::parse(call.in_path("meter"));
    const std::string& digits = call.in_path("window_no");
    Window window = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), window);
    const bool is_window = error == std::errc() && end == digits.data() + digits.size();
    if (!meter || !is_window || !may_read(call.caller, meter->view())) return not_found();
    auto proof = sources.bills.reading_proof(*meter, window);
    if (!proof) return problem(404, "no-proof", proof.error());
    return download(std::move(*proof), meter->str() + "-" + digits + ".proof");
}

}  // namespace

std::vector<ApiRoute> bill_routes(const ApiSources& sources) {
    using Right = AccessRight;
    const auto with = [&sources](HttpResponse (*answer)(const ApiSources&, const ApiCall&)) {
        return [&sources, answer](const ApiCall& call) { return answer(sources, call); };
    };
    return {
        {"GET", "/api/v1/bills", Right::read_own, {"month", "meter", "format"}, with(list_bills)},
        {"GET", "/api/v1/bills/{meter}/{month}", Right::read_own, {"format"}, with(show_bill)},
        {"GET", "/api/v1/bills/{meter}/{month}/proof", Right::read_own, {}, with(prove_bill)},
        {"GET",
         "/api/v1/readings/{meter}/{window_no}/proof",
         Right::read_own,
         {},
         with(prove_reading)},
    };
}

}  // namespace fairfeed
