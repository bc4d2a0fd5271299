#include "gateway/http/http_message.h"

#include <algorithm>

#include "core/crypto/digest.h"

namespace fairfeed {
namespace {

constexpr std::size_t kTagDigits = 32;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// Calls `found` with each part between the separators, without spaces.
template <class Found>
void each_part(std::string_view text, char separator, Found found) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        found(trimmed(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string_view value_of(const HeaderFields& fields, std::string_view name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.first == name; });
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

bool fits_tag(std::string_view wanted, std::string_view tag) {
    bool fits = false;
    each_part(wanted, ',', [&](std::string_view each) {
        if (each.starts_with("W/")) each.remove_prefix(2);
        fits = fits || each == "*" || each == tag;
    });
    return fits;
}

std::string_view title_of(unsigned status) {
    switch (status) {
        case 400:
            return "The request is malformed";
        case 401:
            return "Log in first";
        case 403:
            return "Not allowed";
        case 404:
            return "There is no such thing here";
        case 405:
            return "Not done to this";
        case 409:
            return "It is otherwise by now";
        case 412:
            return "It was changed meanwhile";
        case 413:
            return "Too large";
        case 415:
            return "Not this kind of content";
        case 417:
            return "Nothing is expected here";
        case 421:
            return "Another host is meant";
        case 422:
            return "A field is wrong";
        case 429:
            return "Too often";
        case 431:
            return "Too large a header";
        case 503:
            return "Not now";
        default:
            return "It failed";
    }
}

}  // namespace

std::size_t HttpRequest::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        headers.begin(), headers.end(), [&](const auto& field) { return field.first == name; }));
}

std::string_view HttpRequest::header(std::string_view name) const {
    return value_of(headers, name);
}

std::optional<std::string_view> HttpRequest::cookie(std::string_view name) const {
    std::optional<std::string_view> found;
    std::size_t times = 0;
    for (const auto& [field, value] : headers) {
        if (field != "cookie") continue;
        each_part(value, ';', [&](std::string_view each) {
            const std::size_t equals = each.find('=');
            if (equals == std::string_view::npos || each.substr(0, equals) != name) return;
            found = each.substr(equals + 1);
            ++times;
        });
    }
    return times == 1 ? found : std::nullopt;
}

void HttpResponse::set(std::string_view name, std::string value) {
    headers.emplace_back(name, std::move(value));
}

std::string_view HttpResponse::header(std::string_view name) const {
    return value_of(headers, name);
}

HttpResponse json_response(const Json& json, unsigned status) {
    HttpResponse response;
    response.status = status;
    response.body = json.dump() + "\n";
    response.set("content-type", "application/json");
    return response;
}

HttpResponse problem(unsigned status, std::string_view kind, std::string detail,
                     std::vector<RequestFault> faults) {
    Json json = Json::object()
                    .set("type", "urn:fairfeed:problem:" + std::string(kind))
                    .set("title", title_of(status))
                    .set("status", status)
                    .set("detail", std::move(detail));
    if (!faults.empty()) {
        Json errors = Json::array();
        for (RequestFault& fault : faults) {
            Json error = Json::object();
            if (!fault.pointer.empty()) error.set("pointer", std::move(fault.pointer));
            if (!fault.parameter.empty()) error.set("parameter", std::move(fault.parameter));
            errors.push(std::move(error.set("detail", std::move(fault.detail))));
        }
        json.set("errors", std::move(errors));
    }
    HttpResponse response;
    response.status = status;
    response.body = json.dump() + "\n";
    response.set("content-type", "application/problem+json");
    return response;
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string entity_tag(std::string_view body) {
    return "\"" + to_hex(sha256(as_bytes(body)).view()).substr(0, kTagDigits) + "\"";
}

bool may_change(const HttpRequest& request, std::string_view body) {
    if (request.count("if-match") == 0) return true;
    const std::string tag = entity_tag(body);
    bool names = false;
    each_part(request.header("if-match"), ',',
              [&](std::string_view each) { names = names || each == "*" || each == tag; });
    return names;
}

HttpResponse finished(const HttpRequest& request, HttpResponse response) {
    response.set("x-content-type-options", "nosniff");
    response.set("x-frame-options", "DENY");
    response.set("referrer-policy", "no-referrer");
    response.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    response.set("strict-transport-security", "max-age=31536000");
    if (response.header("cache-control").empty())
        response.set("cache-control", "private, no-cache");
    response.is_head = request.method == "HEAD";
    const bool is_read = request.method == "GET" || response.is_head;
    if (!is_read || response.status != 200 || response.watch) return response;
    const std::string tag = entity_tag(response.body);
    response.set("etag", tag);
    if (fits_tag(request.header("if-none-match"), tag)) {
        response.status = 304;
        response.body.clear();
    }
    return response;
}

}  // namespace fairfeed
