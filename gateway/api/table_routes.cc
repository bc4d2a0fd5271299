// The resources that are tables of the read model: one line of a table for each, and two answers
// for all: a page of rows, and one row.
#include <algorithm>
#include <charconv>

#include "gateway/api/api_route.h"
#include "gateway/readmodel/row_json.h"

namespace fairfeed {
namespace {

struct TableResource {
    std::string_view list;  // the pattern of the pages
    std::string_view one;   // of one row, whose names in braces are columns; empty: there is none
    OfficeTable table;
    // Reading all rows asks for this right; with no more than read_own one reads those rows whose
    // `owned_by` is a meter of one's own.
    AccessRight all = AccessRight::read_public;
    std::string_view owned_by{};
    std::vector<std::string_view> filters{};  // columns that are parameters of the pages
};

const std::vector<TableResource>& resources() {
    using Right = AccessRight;
    static const std::vector<TableResource> kAll = {
        {"/api/v1/nodes", "/api/v1/nodes/{node}", OfficeTable::nodes},
        {"/api/v1/clusters", "", OfficeTable::committees, Right::read_public, "", {"cluster"}},
        {"/api/v1/settlements",
         "/api/v1/settlements/{cluster}/{window_no}",
         OfficeTable::settlements,
         Right::read_public,
         "",
         {"cluster", "window_no"}},
        {"/api/v1/tariffs", "/api/v1/tariffs/{sequence}", OfficeTable::tariffs},
        {"/api/v1/policies", "/api/v1/policies/{sequence}", OfficeTable::policies},
        {"/api/v1/evidence",
         "/api/v1/evidence/{id}",
         OfficeTable::evidence,
         Right::read_public,
         "",
         {"culprit", "cluster"}},
        {"/api/v1/blocks", "/api/v1/blocks/{height}", OfficeTable::blocks},
        {"/api/v1/transactions",
         "/api/v1/transactions/{id}",
         OfficeTable::transactions,
         Right::read_public,
         "",
         {"height", "kind", "signer"}},
        {"/api/v1/meters",
         "/api/v1/meters/{meter}",
         OfficeTable::meters,
         Right::read_meters,
         "meter",
         {"cluster"}},
        {"/api/v1/capacities", "", OfficeTable::capacities, Right::read_meters, "meter", {"meter"}},
        {"/api/v1/commands",
         "/api/v1/commands/{sequence}",
         OfficeTable::commands,
         Right::read_meters,
         "meter",
         {"meter"}},
        {"/api/v1/alarms",
         "",
         OfficeTable::alarms,
         Right::read_meters,
         "subject",
         {"kind", "subject", "cluster"}},
        {"/api/v1/readings",
         "/api/v1/readings/{meter}/{window_no}",
         OfficeTable::readings,
         Right::read_money,
         "meter",
         {"meter", "cluster", "window_no"}},
        {"/api/v1/shares",
         "/api/v1/shares/{meter}/{window_no}",
         OfficeTable::shares,
         Right::read_money,
         "meter",
         {"meter", "cluster", "window_no"}},
        {"/api/v1/bill-lines",
         "/api/v1/bill-lines/{meter}/{window_no}",
         OfficeTable::bill_lines,
         Right::read_money,
         "meter",
         {"meter", "cluster", "window_no"}},
    };
    return kAll;
}

// A text as a value of that column; nullopt: it is none.
std::optional<OfficeCell> cell_from(const std::string& text, const OfficeColumn& column) {
    if (column.is_text) return OfficeCell(text);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return OfficeCell(value);
}

// A cursor is the place of the last row as JSON in hex: opaque to people, checked here.
std::string cursor_of(const OfficeRow& row) {
    Json place = Json::array();
    for (const OfficeCell& cell : place_of(row))
        place.push(cell_json(cell));
    return to_hex(as_bytes(place.dump()));
}

std::optional<std::vector<OfficeCell>> place_from(const std::string& cursor, OfficeTable table) {
    const auto bytes = from_hex(cursor);
    if (!bytes) return std::nullopt;
    const auto json = Json::parse(as_text(*bytes));
    const std::vector<std::string> order = order_of(table);
    if (!json || json->as_array() == nullptr || json->as_array()->size() != order.size())
        return std::nullopt;
    std::vector<OfficeCell> place;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Json& part = json->at(i);
        const bool is_text = column_of(table, order[i])->is_text;
        if (is_text ? part.as_text() == nullptr : part.as_int() == nullptr) return std::nullopt;
        place.push_back(is_text ? OfficeCell(*part.as_text()) : OfficeCell(*part.as_int()));
    }
    return place;
}

HttpResponse wrong_parameter(std::string_view name, const std::string& what) {
    return problem(400, "wrong-parameter", std::string(name) + " " + what,
                   {{"", std::string(name), what}});
}

// Nobody reads another's rows: they are not there.
void keep_to_own(OfficeQuery& query, const TableResource& resource, const Caller& caller) {
    if (caller.may(resource.all)) return;
    query.among = {std::string(resource.owned_by), caller.account->meters};
}

Result<OfficeQuery, HttpResponse> query_of(const ApiCall& call, const TableResource& resource) {
    OfficeQuery query{.table = resource.table};
    const auto limit = whole_parameter(call, "limit", 1, 500, 100);
    if (!limit) return unexpected(limit.error());
    query.limit = static_cast<std::size_t>(*limit) + 1;  // one more tells whether there are more
    const std::string order = call.parameter("order");
    if (!order.empty() && order != "newest" && order != "oldest")
        return unexpected(wrong_parameter("order", "is newest or oldest"));
    query.newest_first = order != "oldest";
    for (const std::string_view filter : resource.filters) {
        const std::string text = call.parameter(filter);
        if (text.empty()) continue;
        const auto cell = cell_from(text, *column_of(resource.table, filter));
        if (!cell) return unexpected(wrong_parameter(filter, "is a whole number"));
        query.equal.emplace_back(filter, *cell);
    }
    if (const std::string cursor = call.parameter("cursor"); !cursor.empty()) {
        auto place = place_from(cursor, resource.table);
        if (!place)
            return unexpected(wrong_parameter("cursor", "is none that a page of this gave"));
        query.after = std::move(*place);
    }
    keep_to_own(query, resource, call.caller);
    return query;
}

HttpResponse page(const ApiSources& sources, const TableResource& resource, const ApiCall& call) {
    const auto query = query_of(call, resource);
    if (!query) return query.error();
    const auto rows = sources.rows(*query);
    if (!rows) return machine_failed(rows.error());
    const std::size_t shown = std::min(rows->size(), query->limit - 1);
    Json items = Json::array();
    for (std::size_t i = 0; i < shown; ++i)
        items.push(row_json((*rows)[i]));
    const bool has_more = rows->size() > shown;
    return json_response(Json::object()
                             .set("items", std::move(items))
                             .set("next", has_more ? Json(cursor_of((*rows)[shown - 1])) : Json()));
}

HttpResponse one(const ApiSources& sources, const TableResource& resource, const ApiCall& call) {
    OfficeQuery query{.table = resource.table, .limit = 1};
    for (const auto& [column, text] : call.path) {
        const auto cell = cell_from(text, *column_of(resource.table, column));
        if (!cell) return not_found();
        query.equal.emplace_back(column, *cell);
    }
    keep_to_own(query, resource, call.caller);
    const auto rows = sources.rows(query);
    if (!rows) return machine_failed(rows.error());
    if (rows->empty()) return not_found();
    return json_response(row_json(rows->front()));
}

}  // namespace

std::vector<ApiRoute> table_routes(const ApiSources& sources) {
    std::vector<ApiRoute> routes;
    for (const TableResource& resource : resources()) {
        const AccessRight right = resource.owned_by.empty() ? resource.all : AccessRight::read_own;
        std::vector<std::string_view> parameters = {"limit", "cursor", "order"};
        parameters.insert(parameters.end(), resource.filters.begin(), resource.filters.end());
        routes.push_back(
            {"GET", resource.list, right, std::move(parameters),
             [&sources, &resource](const ApiCall& call) { return page(sources, resource, call); }});
        if (resource.one.empty()) continue;
        routes.push_back(
            {"GET", resource.one, right, {}, [&sources, &resource](const ApiCall& call) {
                 return one(sources, resource, call);
             }});
    }
    return routes;
}

}  // namespace fairfeed
