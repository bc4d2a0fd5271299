// The tables of the office's records. Only what SQLite and PostgreSQL share. Integers are 64 bits;
// names, digests and signed records (hex) are text; absent values are NULL. Private to this room.
#pragma once

#include <array>

namespace fairfeed {

constexpr std::array kRecordTables{
    "create table people (person text primary key, name text not null, contact text not null)",
    "create table places (application text primary key, person text not null, place text not null)",
    "create table applications (application text primary key, applicant text not null, "
    "service_point text not null, meter text, technology bigint not null, "
    "estimated_w bigint not null, follows text)",
    "create table application_steps (application text not null, position bigint not null, "
    "action text not null, at_s bigint not null, role text not null, actor text not null, "
    "reason text not null, visit_s bigint, inspection text, commitment text, holder text, "
    "primary key (application, position))",
    "create table codes (commitment text primary key, application text not null, "
    "issued_s bigint not null, used_s bigint, revoked_s bigint)",
    "create table work_orders (work_order text primary key, kind text not null, "
    "subject text not null, cluster text, height bigint not null, what text not null)",
    "create table work_order_steps (work_order text not null, position bigint not null, "
    "action text not null, at_s bigint not null, actor text not null, note text not null, "
    "primary key (work_order, position))",
};

}  // namespace fairfeed
