// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/connectdialog.h"

#include "core/profile/connectionwords.h"
#include "ui/dialogs/connectionform.h"
#include "ui/dialogs/testconnectiondialog.h"
#include "ui/panels/banner.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

constexpr int EndpointRole = Qt::UserRole + 1;
constexpr int ProfileRole = Qt::UserRole + 2;
constexpr int EnvironmentRole = Qt::UserRole + 3;

/// Beside the addresses; nothing where it makes no sense.
core::ConnectionOptions environmentOptions()
{
    const auto words = core::ConnectionWords::fromEnvironment(QProcessEnvironment::systemEnvironment());
    const auto options = words.applyTo({});
    return options ? *options : core::ConnectionOptions();
}

QString endpointsText(const core::ConnectionOptions &options)
{
    QStringList texts;
    for (const core::Endpoint &endpoint : options.endpoints)
        texts << endpoint.toString();
    return texts.join(QStringLiteral(", "));
}

} // namespace

ConnectDialog::ConnectDialog(QWidget *parent, Prompts *prompts)
    : QDialog(parent)
    , m_prompts(prompts)
    , m_endpoint(new QLineEdit)
    , m_problem(new QLabel)
    , m_listLabel(new QLabel(tr("&Known ones:")))
    , m_list(new QListWidget)
    , m_name(new QLineEdit)
    , m_safety(new QComboBox)
    , m_explanation(new QLabel)
    , m_banner(new Banner(this))
    , m_form(new ConnectionForm(prompts))
    , m_progress(new QProgressBar)
    , m_demo(new QPushButton(theme::icon(theme::Glyph::Table), tr("Start the &demo")))
{
    setWindowTitle(tr("Connect to etcd"));
    setAccessibleName(windowTitle());

    auto *endpointLabel = new QLabel(tr("&Endpoint:"));
    endpointLabel->setBuddy(m_endpoint);
    m_endpoint->setObjectName(QStringLiteral("endpoint"));
    m_endpoint->setPlaceholderText(QStringLiteral("http://127.0.0.1:2379"));
    m_endpoint->setAccessibleName(tr("Endpoint"));
    m_endpoint->setToolTip(
        tr("host, host:port, http://host:port or https://host:port; the port is 2379 when left out. "
           "Several members of one cluster with commas between them"));
    m_endpoint->setMinimumWidth(42 * fontMetrics().averageCharWidth());
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setForegroundRole(QPalette::PlaceholderText);

    m_listLabel->setBuddy(m_list);
    m_list->setObjectName(QStringLiteral("knownEndpoints"));
    m_list->setAccessibleName(tr("Known endpoints"));
    m_list->setToolTip(tr("Enter or a double-click connects"));
    m_list->setUniformItemSizes(true);

    m_name->setObjectName(QStringLiteral("clusterName"));
    m_name->setAccessibleName(tr("Name"));
    m_name->setToolTip(
        tr("How you call this cluster: shown in the title, and typed before a commit where it is guarded"));
    m_safety->setObjectName(QStringLiteral("safetyLevel"));
    m_safety->setAccessibleName(tr("Safety level"));
    for (const core::SafetyLevel level : SafetyLevels) {
        m_safety->addItem(theme::icon(cautionOf(level)), safetyName(level), safetyWord(level));
        m_safety->setItemData(m_safety->count() - 1, safetyExplanation(level), Qt::ToolTipRole);
    }
    m_explanation->setWordWrap(true);
    m_explanation->setForegroundRole(QPalette::PlaceholderText);
    auto *profile = new QFormLayout;
    profile->addRow(tr("&Name:"), m_name);
    profile->addRow(tr("&Safety:"), m_safety);
    profile->addRow(QString(), m_explanation);

    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Connecting"));
    m_progress->hide();

    auto *buttons = new QDialogButtonBox;
    m_connect = buttons->addButton(tr("&Connect"), QDialogButtonBox::AcceptRole);
    m_cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_newWindow = buttons->addButton(tr("In a new &window"), QDialogButtonBox::ActionRole);
    m_newWindow->setAutoDefault(false);
    m_newWindow->hide();
    QPushButton *test = buttons->addButton(tr("&Test …"), QDialogButtonBox::ActionRole);
    test->setObjectName(QStringLiteral("testConnection"));
    test->setAutoDefault(false);
    test->setToolTip(tr("Tries it step by step, and says where it fails and what to do"));
    const auto openTest = [this](const core::ConnectionOptions &options) {
        auto *dialog = new TestConnectionDialog(options, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &TestConnectionDialog::trusted, this, [this](const QByteArray &sha256) {
            // In the form, where it is seen, kept with the profile, and can be taken back.
            if (auto now = m_form->applyTo(m_described.options)) {
                now->tls.trustedFingerprints.append(sha256);
                m_form->setOptions(*now);
            }
        });
        dialog->open();
    };
    connect(test, &QPushButton::clicked, this, [this, openTest] {
        const auto described = description();
        if (!described) {
            m_banner->setMessage(theme::Mark::Warning,
                                 tr("This cannot be tested: %1").arg(described.error().detail));
            return;
        }
        if (!m_secrets) {
            openTest(described->options);
            return;
        }
        m_secrets->fill(*described)
            .then(this, [openTest, described = *described](const core::Result<core::FilledProfile> &filled) {
                openTest(filled ? filled->profile.options : described.options);
            });
    });
    m_connect->setDefault(true);
    m_demo->setAutoDefault(false);
    m_demo->setToolTip(tr("Starts a private etcd with example data, which goes away with the program"));

    auto *lower = new QHBoxLayout;
    lower->addWidget(m_demo);
    lower->addStretch(1);
    lower->addWidget(buttons);
    auto *known = new QVBoxLayout;
    known->addWidget(m_listLabel);
    known->addWidget(m_list, 1);
    known->addLayout(buildProfileButtons());
    auto *said = new QVBoxLayout;
    said->addWidget(endpointLabel);
    said->addWidget(m_endpoint);
    said->addWidget(m_problem);
    said->addLayout(profile);
    said->addWidget(m_form, 1);
    auto *sides = new QHBoxLayout;
    sides->addLayout(known, 2);
    sides->addLayout(said, 3);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(sides, 1);
    layout->addWidget(m_banner);
    layout->addWidget(m_progress);
    layout->addLayout(lower);
    setTabOrder(m_endpoint, m_list);
    setTabOrder(m_list, m_name);
    setTabOrder(m_name, m_safety);
    setTabOrder(m_safety, m_form);
    setTabOrder(m_form, m_demo);
    setTabOrder(m_demo, m_connect);
    setTabOrder(m_connect, m_cancel);

    connect(m_endpoint, &QLineEdit::textChanged, this, [this] {
        if (!m_busy) {
            m_failed = false;
            m_attempt = Attempt::None;
        }
        takeProfile();
        markDescribed();
        validate();
    });
    connect(m_endpoint, &QLineEdit::textEdited, this, &ConnectDialog::noteEdit);
    connect(m_name, &QLineEdit::textEdited, this, [this] {
        m_profileChosen = true;
        noteEdit();
    });
    connect(m_safety, &QComboBox::activated, this, [this] {
        m_profileChosen = true;
        noteEdit();
    });
    connect(m_safety, &QComboBox::currentIndexChanged, this, &ConnectDialog::explainSafety);
    connect(m_form, &ConnectionForm::changed, this, [this] {
        validate();
        if (!m_showing)
            noteEdit();
    });
    // Not the current item, which also changes where Tab comes by: that takes nothing of what is typed.
    connect(m_list, &QListWidget::itemSelectionChanged, this, [this] {
        const QList<QListWidgetItem *> chosen = m_list->selectedItems();
        if (chosen.isEmpty() || m_busy)
            return;
        takeItem(chosen.first());
        noteEdit();
    });
    connect(m_list, &QListWidget::itemActivated, this, [this](QListWidgetItem *item) {
        takeItem(item);
        tryEndpoint();
    });
    connect(m_newWindow, &QPushButton::clicked, this, [this] {
        if (const auto wanted = description()) {
            m_unfinished = false; // not here
            Q_EMIT newWindowRequested(*wanted);
            close();
        }
    });
    connect(m_connect, &QPushButton::clicked, this, &ConnectDialog::retry);
    connect(m_cancel, &QPushButton::clicked, this, &ConnectDialog::reject);
    connect(m_demo, &QPushButton::clicked, this, &ConnectDialog::tryDemo);

    explainSafety();
    setFoundEndpoints(environmentEndpoints());
}

void ConnectDialog::setProfiles(ProfileLookup profileOf)
{
    m_profileOf = std::move(profileOf);
    takeProfile();
}

ConnectionProfile ConnectDialog::profile() const
{
    return {.name = m_name->text().simplified(), .safety = safetyOf(m_safety->currentData().toString())};
}

void ConnectDialog::takeProfile()
{
    const auto endpoints = core::Endpoint::parseList(endpointText());
    if (!endpoints)
        return;
    const core::Endpoint *endpoint = &endpoints->front();
    m_name->setPlaceholderText(clusterNameOf({}, *endpoint));
    if (isKept())
        return; // its name and level are its own
    if (const auto known = m_profileOf ? m_profileOf(*endpoint) : std::nullopt) {
        m_profileChosen = false;
        showProfile(*known);
    } else if (!m_profileChosen) {
        // What was chosen before the address was typed is meant for that.
        showProfile(profileFor(*endpoint));
    }
}

void ConnectDialog::showProfile(const ConnectionProfile &profile)
{
    m_name->setText(profile.name);
    m_safety->setCurrentIndex(m_safety->findData(safetyWord(profile.safety)));
}

void ConnectDialog::explainSafety()
{
    m_explanation->setText(safetyExplanation(profile().safety));
}

std::vector<std::pair<QString, QString>> ConnectDialog::environmentEndpoints()
{
    std::vector<std::pair<QString, QString>> found;
    for (const char *name : {"ETCDCTL_ENDPOINTS", "ETCD_URL"}) {
        // etcdctl takes several, separated by commas.
        const QStringList endpoints = qEnvironmentVariable(name).split(QLatin1Char(','), Qt::SkipEmptyParts);
        for (const QString &endpoint : endpoints)
            found.emplace_back(endpoint.trimmed(), QString::fromLatin1(name));
    }
    return found;
}

void ConnectDialog::setFoundEndpoints(const std::vector<std::pair<QString, QString>> &endpointsAndSources)
{
    m_found = endpointsAndSources;
    fillList();
    takeFirst();
}

void ConnectDialog::setRecentEndpoints(const QStringList &endpoints)
{
    m_recent = endpoints;
    m_endpoint->clear();
    fillList();
    takeFirst();
}

void ConnectDialog::fillList()
{
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        QStringList listed;
        const auto add = [&](const QString &endpoint, const QString &source) -> QListWidgetItem * {
            if (endpoint.isEmpty() || listed.contains(endpoint))
                return nullptr;
            listed << endpoint;
            auto *item = new QListWidgetItem(tr("%1 — %2").arg(endpoint, source), m_list);
            item->setData(EndpointRole, endpoint);
            return item;
        };
        if (m_store) {
            for (const core::Profile &profile : m_store->profiles()) {
                auto *item =
                    new QListWidgetItem(theme::icon(cautionOf(profile.safety)), profile.title(), m_list);
                item->setData(EndpointRole, endpointsText(profile.options));
                item->setData(ProfileRole, profile.id);
                item->setToolTip(endpointsText(profile.options));
            }
        }
        for (const QString &endpoint : std::as_const(m_recent))
            add(endpoint, tr("used before"));
        for (const auto &[endpoint, source] : m_found) {
            if (QListWidgetItem *item = add(endpoint, tr("from %1").arg(source)))
                item->setData(EnvironmentRole, true);
        }
    }
    const bool any = m_list->count() > 0;
    m_listLabel->setVisible(any);
    m_list->setVisible(any);
    markDescribed();
    validate();
}

void ConnectDialog::takeFirst()
{
    if (m_endpoint->text().isEmpty() && m_list->count() > 0)
        takeItem(m_list->item(0));
}

/// What the fields were made of is selected in the list, whether it was chosen there or not.
void ConnectDialog::markDescribed()
{
    int found = -1;
    for (int row = 0; row < m_list->count() && found < 0; ++row) {
        const QListWidgetItem *item = m_list->item(row);
        const QString id = item->data(ProfileRole).toString();
        const bool same = isKept() ? id == m_described.id
                                   : id.isEmpty() && item->data(EndpointRole).toString() == endpointText();
        if (same)
            found = row;
    }
    const QSignalBlocker quiet(m_list);
    m_list->setCurrentRow(found);
}

void ConnectDialog::clearForm()
{
    const QScopedValueRollback showing(m_showing, true);
    m_described = {};
    m_form->setOptions({});
    m_form->setAppearance({}, {});
    m_profileChosen = false;
    showProfile({});
    m_name->setPlaceholderText({});
    m_endpoint->clear();
    markDescribed();
    validate();
}

void ConnectDialog::takeItem(const QListWidgetItem *item)
{
    const QString id = item->data(ProfileRole).toString();
    if (const auto kept = m_store && !id.isEmpty() ? m_store->find(id) : std::nullopt) {
        showDescription(*kept);
        return;
    }
    const QScopedValueRollback showing(m_showing, true);
    m_described = {};
    m_form->setOptions(item->data(EnvironmentRole).toBool() ? environmentOptions()
                                                            : core::ConnectionOptions());
    m_form->setAppearance({}, {});
    m_endpoint->setText(item->data(EndpointRole).toString());
    takeProfile();
    validate();
}

void ConnectDialog::showDescription(const core::Profile &profile)
{
    const QScopedValueRollback showing(m_showing, true);
    m_described = profile;
    m_form->setOptions(profile.options);
    m_form->setAppearance(profile.colour, profile.schemaFile);
    m_endpoint->setText(endpointsText(profile.options));
    showProfile({.name = profile.name, .safety = profile.safety});
    markDescribed();
    validate();
}

core::Result<core::Profile> ConnectDialog::described() const
{
    core::Profile profile = m_described;
    const auto options = m_form->applyTo(profile.options);
    if (!options)
        return core::Unexpected {options.error()};
    const auto endpoints = core::Endpoint::parseList(
        endpointText(), options->tls.isUsed() ? QStringLiteral("https") : QStringLiteral("http"));
    if (!endpoints)
        return core::Unexpected {endpoints.error()};
    profile.options = *options;
    profile.options.endpoints = *endpoints;
    profile.name = m_name->text().simplified();
    profile.safety = safetyOf(m_safety->currentData().toString());
    profile.colour = m_form->colour();
    profile.schemaFile = m_form->schemaFile();
    return profile;
}

void ConnectDialog::setDemoUnavailable(const QString &reason)
{
    m_demoUnavailable = reason;
    if (!reason.isEmpty())
        m_demo->setToolTip(reason);
    m_demo->setEnabled(reason.isEmpty() && !m_busy);
}

void ConnectDialog::setEndpointText(const QString &text)
{
    m_endpoint->setText(text);
}

QString ConnectDialog::endpointText() const
{
    return m_endpoint->text().trimmed();
}

void ConnectDialog::validate()
{
    const QString text = endpointText();
    QString problem;
    bool valid = false;
    if (text.isEmpty()) {
        problem =
            tr("The address of an etcd's client port, such as %1").arg(QStringLiteral("127.0.0.1:2379"));
    } else if (const auto endpoints = core::Endpoint::parseList(text); !endpoints) {
        problem = tr("This is no address: %1").arg(endpoints.error().detail);
    } else if (const auto wanted = description(); !wanted) {
        problem = wanted.error().detail;
    } else {
        valid = true;
        problem = tr("Will connect to %1").arg(endpointsText(wanted->options));
    }
    m_problem->setText(problem);
    const bool again = m_failed && m_attempt != Attempt::None;
    m_connect->setText(again ? tr("&Retry") : tr("&Connect"));
    updateProfileButtons();
    m_save->setEnabled(!m_busy && valid);
    m_newWindow->setEnabled(!m_busy && valid);
    m_connect->setEnabled(!m_busy && (valid || (again && m_attempt == Attempt::Demo)));
}

} // namespace slotscope::ui
