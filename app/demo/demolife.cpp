// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demolife.h"

#include "app/demo/demotables.h"
#include "core/value/valuepath.h"

#include <QDateTime>

#include <algorithm>

namespace slotscope::app {

namespace {

using namespace std::chrono_literals;
using core::Value;

/// Fewer orders than this are not cleared away any further.
constexpr size_t FewOrders = 500;

QString nowText()
{
    return QDateTime::currentDateTimeUtc().toString(Qt::ISODate);
}

/// The record with the field replaced; as it was if it has none such.
Value with(const Value &record, const char *name, const Value &value)
{
    const auto path = core::ValuePath::fields({QString::fromLatin1(name)});
    const auto changed = core::replaced(record, path, value);
    return changed ? *changed : record;
}

Value nextState(const Value &order)
{
    static const QStringList way {QStringLiteral("new"), QStringLiteral("paid"), QStringLiteral("packed"),
                                  QStringLiteral("shipped"), QStringLiteral("delivered")};
    const Value *status = order.find(u"status");
    if (!status)
        return order;
    const qsizetype at = way.indexOf(status->toText());
    if (at < 0 || at + 1 == way.size())
        return order;
    Value result = with(order, "status", Value::text(way.at(at + 1)));
    if (at == 0)
        result = with(result, "paid", Value::boolean(true));
    return result;
}

} // namespace

DemoLife::DemoLife(core::Client *client, const DemoData *data, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_data(data)
    , m_random(7)
    , m_orders(data->orderNumbers())
{
    m_timer.setInterval(300ms);
    connect(&m_timer, &QTimer::timeout, this, &DemoLife::step);
}

void DemoLife::step()
{
    if (m_busy)
        return;
    const size_t choice = m_random.below(100);
    if (choice < 45)
        moveOrder();
    else if (choice < 85)
        hearDevice();
    else if (choice < 95)
        addOrder();
    else
        removeOrder();
}

void DemoLife::moveOrder()
{
    if (m_orders.empty())
        return;
    // The young orders are those still on their way.
    const size_t young = std::min<size_t>(200, m_orders.size());
    const quint64 number = m_orders[m_orders.size() - 1 - m_random.below(young)];
    change(DemoData::orderKey(number), demoCodec(DemoSlot::Orders), nextState);
}

void DemoLife::hearDevice()
{
    const bool online = m_random.chance(93);
    const bool drained = m_random.chance(30);
    change(m_random.pick(m_data->deviceKeys()), demoCodec(DemoSlot::Devices), [=](const Value &before) {
        Value device = with(before, "last_seen", Value::text(nowText()));
        device = with(device, "online", Value::boolean(online));
        const Value *battery = before.find(u"battery");
        const qint64 level = battery ? battery->toInt64().value_or(0) : 0;
        // An empty one is exchanged.
        if (drained)
            device = with(device, "battery", Value::integer(level > 3 ? level - 1 : 100));
        return device;
    });
}

void DemoLife::addOrder()
{
    const quint64 number = m_orders.empty() ? m_data->orderNumbers().back() + 1 : m_orders.back() + 1;
    const QByteArray key = DemoData::orderKey(number);
    const auto value =
        demoCodec(DemoSlot::Orders).encodeValue(m_data->makeOrder(number, nowText(), m_random));
    if (!value)
        return;
    m_orders.push_back(number);
    core::TxnRequest request;
    request.compare.push_back({.range = core::KeyRange::single(key), .number = 0});
    request.success.push_back({core::PutRequest {.key = key, .value = *value}});
    send(request);
}

void DemoLife::removeOrder()
{
    if (m_orders.size() <= FewOrders)
        return;
    // Old ones: the first tenth.
    const auto at = static_cast<std::ptrdiff_t>(m_random.below(m_orders.size() / 10));
    const QByteArray key = DemoData::orderKey(m_orders[static_cast<size_t>(at)]);
    m_orders.erase(m_orders.begin() + at);
    m_busy = true;
    m_client->range({.range = core::KeyRange::single(key)})
        .then(this, [this, key](const core::Result<core::RangeReply> &reply) {
            m_busy = false;
            if (!reply || reply->kvs.empty())
                return;
            core::TxnRequest request;
            request.compare.push_back(
                {.range = core::KeyRange::single(key), .number = reply->kvs.front().modRevision.value});
            request.success.push_back({core::DeleteRangeRequest {.range = core::KeyRange::single(key)}});
            send(request);
        });
}

void DemoLife::change(const QByteArray &key, const core::SlotCodec &codec, const Change &change)
{
    m_busy = true;
    m_client->range({.range = core::KeyRange::single(key)})
        .then(this, [this, key, codec, change](const core::Result<core::RangeReply> &reply) {
            m_busy = false;
            if (!reply || reply->kvs.empty())
                return; // away, or deleted by the user
            const core::KeyValue &kv = reply->kvs.front();
            const auto before = codec.decodeValue(kv.value);
            if (!before)
                return; // the user may have made anything of it
            const auto after = codec.encodeValue(change(*before));
            if (!after || *after == kv.value)
                return;
            core::TxnRequest request;
            request.compare.push_back({.range = core::KeyRange::single(key), .number = kv.modRevision.value});
            request.success.push_back(
                {core::PutRequest {.key = key, .value = *after, .ignoreLease = kv.lease.value != 0}});
            send(request);
        });
}

void DemoLife::send(const core::TxnRequest &request)
{
    m_busy = true;
    // A lost race or a lost server costs one change of many.
    m_client->txn(request).then(this, [this](const core::Result<core::TxnReply> &) { m_busy = false; });
}

} // namespace slotscope::app
