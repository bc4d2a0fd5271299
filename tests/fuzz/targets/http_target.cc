#include <algorithm>

#include "gateway/http/event_hub.h"
#include "gateway/http/http_message.h"
#include "gateway/http/request_target.h"
#include "gateway/http/route_table.h"
#include "tests/fuzz/properties.h"

// The first line and the cookies of a request: method, target and one field's value, each on a
// line. What is accepted is plain, and reaches at most one route.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    std::string_view text = as_text({data, size});
    const auto line = [&text] {
        const std::string_view out = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(out.size() + 1, text.size()));
        return std::string(out);
    };
    HttpRequest request;
    request.method = line();
    request.target = line();
    const std::string value = line();
    request.headers = {{"cookie", value}, {"if-none-match", value}};
    if (const auto cookie = request.cookie("__Host-session"))
        CHECK(value.find(*cookie) != std::string::npos && cookie->find(';') == std::string::npos);
    if (const auto id = parse_event_id(value)) {
        const auto again =
            parse_event_id(std::to_string(id->first) + "." + std::to_string(id->second));
        CHECK(again == id);
    }
    const HttpResponse answer = finished(request, json_response(Json::object()));
    CHECK(answer.status == 200 || (answer.status == 304 && answer.body.empty()));
    const auto target = parse_target(request.target);
    if (!target) {
        CHECK(!target.error().empty());
        return 0;
    }
    for (const std::string& segment : target->segments)
        CHECK(!segment.empty() && segment != "." && segment != ".." &&
              segment.find('/') == std::string::npos);
    const std::vector<RoutePlace> table = {
        {"GET", "/api/v1/meters"}, {"GET", "/api/v1/meters/{meter}"}, {"POST", "/api/v1/session"}};
    const RouteFound found = find_route(table, request.method, target->segments);
    CHECK(!found.index || !found.allow.empty());
    if (found.index == 1U) CHECK(found.values.at("meter") == target->segments.back());
    ++fuzz::accepted_inputs;
    return 0;
}
