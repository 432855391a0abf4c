// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/connectionform.h"

#include "core/etcd/tls.h"
#include "core/profile/connectionwords.h"
#include "ui/prompts.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>

namespace slotscope::ui {

namespace {

core::Unexpected<core::Error> wrong(const QString &what)
{
    return {core::Error {.kind = core::ErrorKind::InvalidArgument, .detail = what}};
}

QString durationText(std::chrono::milliseconds duration)
{
    const auto count = duration.count();
    return count % 1000 == 0 ? QStringLiteral("%1s").arg(count / 1000) : QStringLiteral("%1ms").arg(count);
}

/// A prefix may be any bytes: what is no text is written as 0x….
QString prefixText(const QByteArray &prefix)
{
    const QString text = QString::fromUtf8(prefix);
    const bool readable = text.toUtf8() == prefix && !text.startsWith(QLatin1String("0x"))
        && std::all_of(text.cbegin(), text.cend(), [](QChar c) { return c.isPrint(); });
    return readable ? text : QStringLiteral("0x") + QString::fromLatin1(prefix.toHex());
}

QByteArray prefixOf(const QString &text)
{
    static const QRegularExpression hex(QStringLiteral("^0x(?:[0-9a-fA-F]{2})+$"));
    return hex.match(text).hasMatch() ? QByteArray::fromHex(text.mid(2).toLatin1()) : text.toUtf8();
}

QLabel *note(const QString &text)
{
    auto *label = new QLabel(text);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

} // namespace

std::optional<SecretField> missingSecret(const core::ConnectionOptions &options)
{
    if (options.lacksPassword())
        return SecretField::Password;
    if (core::needsKeyPassword(options.tls))
        return SecretField::KeyPassword;
    if (options.lacksProxyPassword())
        return SecretField::ProxyPassword;
    return std::nullopt;
}

ConnectionForm::ConnectionForm(Prompts *prompts, QWidget *parent)
    : QTabWidget(parent)
    , m_prompts(prompts)
{
    setObjectName(QStringLiteral("connectionForm"));
    setDocumentMode(true);
    addTab(signInPage(), tr("S&ign in"));
    addTab(tlsPage(), tr("&TLS"));
    addTab(wayPage(), tr("&Way"));
    addTab(lookPage(), tr("&Look"));
    setTabToolTip(1, tr("Certificates, for addresses with https"));
    setTabToolTip(2, tr("Prefix, SSH tunnel, proxy, timeouts"));
    setTabToolTip(3, tr("Colour, schema file"));
    setOptions({});
}

QLineEdit *ConnectionForm::addLine(QFormLayout *form, const QString &label, const char *name,
                                   const QString &tip)
{
    auto *line = new QLineEdit;
    line->setObjectName(QLatin1String(name));
    line->setToolTip(tip);
    form->addRow(label, line);
    connect(line, &QLineEdit::textChanged, this, &ConnectionForm::changed);
    return line;
}

QLineEdit *ConnectionForm::addFile(QFormLayout *form, const QString &label, const char *name,
                                   const QString &tip)
{
    auto *row = new QHBoxLayout;
    auto *line = new QLineEdit;
    line->setObjectName(QLatin1String(name));
    line->setToolTip(tip);
    line->setClearButtonEnabled(true);
    row->addWidget(line, 1);
    if (m_prompts) {
        auto *choose = new QToolButton;
        choose->setText(QStringLiteral("…"));
        choose->setAccessibleName(tr("Choose a file"));
        row->addWidget(choose);
        connect(choose, &QToolButton::clicked, this, [this, line] {
            m_prompts->chooseFile(this, {.title = tr("Choose a file"), .suggestedPath = line->text()},
                                  [line](const QString &file) { line->setText(file); });
        });
    }
    form->addRow(label, row);
    auto *text = qobject_cast<QLabel *>(form->labelForField(row));
    if (text)
        text->setBuddy(line);
    connect(line, &QLineEdit::textChanged, this, &ConnectionForm::changed);
    return line;
}

QWidget *ConnectionForm::signInPage()
{
    auto *page = new QWidget;
    auto *form = new QFormLayout(page);
    m_user = addLine(form, tr("&User:"), "user", tr("Of etcd's own authentication; empty: none"));
    m_password = addLine(form, tr("&Password:"), "password", tr("Asked for when it is missing"));
    m_password->setEchoMode(QLineEdit::Password);
    m_keep = new QCheckBox(tr("&Keep passwords in the keychain"));
    m_keep->setObjectName(QStringLiteral("keepPasswords"));
    m_keep->setToolTip(tr("When the profile is saved; never in a file of Slotscope's"));
    m_keep->setChecked(true);
    form->addRow(QString(), m_keep);
    return page;
}

QWidget *ConnectionForm::tlsPage()
{
    auto *page = new QWidget;
    auto *form = new QFormLayout(page);
    m_ca =
        addFile(form, tr("&CA:"), "caFile",
                tr("PEM; only servers that it has signed are trusted. Empty: those that the system trusts"));
    m_cert = addFile(form, tr("C&ertificate:"), "certFile", tr("The client's, as PEM"));
    m_key = addFile(form, tr("&Key:"), "keyFile", tr("The client's, as PEM"));
    m_pkcs12 =
        addFile(form, tr("PKCS#&12:"), "pkcs12File", tr("The client's certificate and key in one file"));
    m_keyPassword =
        addLine(form, tr("Key's pass&word:"), "keyPassword", tr("Of the key or the PKCS#12 file"));
    m_keyPassword->setEchoMode(QLineEdit::Password);
    m_serverName = addLine(form, tr("Server's &name:"), "serverName",
                           tr("What its certificate must be for; empty: the host of the address"));
    m_trusted = new QListWidget;
    m_trusted->setObjectName(QStringLiteral("trustedFingerprints"));
    m_trusted->setToolTip(tr("Trusted by your choice, whatever is wrong with them. Del removes one"));
    m_trusted->setMaximumHeight(3 * fontMetrics().lineSpacing());
    form->addRow(tr("&Trusted certificates:"), m_trusted);
    auto *remove = new QShortcut(QKeySequence::Delete, m_trusted);
    remove->setContext(Qt::WidgetShortcut);
    connect(remove, &QShortcut::activated, this, &ConnectionForm::removeFingerprint);
    return page;
}

QWidget *ConnectionForm::wayPage()
{
    auto *page = new QWidget;
    auto *form = new QFormLayout(page);
    m_prefix = addLine(form, tr("Key p&refix:"), "keyPrefix",
                       tr("Only the keys that begin with it are shown, and without it. 0x… for bytes"));
    auto *sshRow = new QHBoxLayout;
    m_ssh = new QLineEdit;
    m_ssh->setObjectName(QStringLiteral("ssh"));
    m_ssh->setPlaceholderText(tr("user@host, or an alias of ssh's configuration"));
    m_ssh->setToolTip(tr("Connections go through the system's ssh, with its agent and configuration"));
    m_sshPort = new QSpinBox;
    m_sshPort->setObjectName(QStringLiteral("sshPort"));
    m_sshPort->setRange(0, 65535);
    m_sshPort->setSpecialValueText(tr("usual port"));
    m_sshPort->setAccessibleName(tr("Port of the SSH server"));
    sshRow->addWidget(m_ssh, 1);
    sshRow->addWidget(m_sshPort);
    form->addRow(tr("&SSH tunnel:"), sshRow);
    if (auto *label = qobject_cast<QLabel *>(form->labelForField(sshRow)))
        label->setBuddy(m_ssh);
    m_sshIdentity =
        addFile(form, tr("SSH &key:"), "sshIdentityFile", tr("Empty: as ssh's configuration says"));
    m_proxy =
        addLine(form, tr("Pro&xy:"), "proxy",
                tr("http://host:port, socks5://host:port, or none; with a user: http://user@host:port"));
    m_proxy->setPlaceholderText(tr("the system's"));
    m_proxyPassword = addLine(form, tr("Proxy's &password:"), "proxyPassword",
                              tr("Of the proxy's user; asked for when it is missing"));
    m_proxyPassword->setEchoMode(QLineEdit::Password);
    connect(m_proxy, &QLineEdit::editingFinished, this, &ConnectionForm::takeProxyPassword);
    m_connectTimeout = addLine(form, tr("Connect &within:"), "connectTimeout",
                               tr("Until it is known who answers: 10s, 500ms"));
    m_requestTimeout =
        addLine(form, tr("&Answer within:"), "requestTimeout", tr("For every request but large reads"));
    m_serializable = new QCheckBox(tr("Read from any &member, perhaps a moment old (serializable)"));
    m_serializable->setObjectName(QStringLiteral("serializable"));
    m_grpc = new QCheckBox(tr("Large reads by &gRPC, where it can be had"));
    m_grpc->setObjectName(QStringLiteral("grpc"));
    form->addRow(QString(), m_serializable);
    form->addRow(QString(), m_grpc);
    connect(m_ssh, &QLineEdit::textChanged, this, &ConnectionForm::changed);
    connect(m_sshPort, &QSpinBox::valueChanged, this, &ConnectionForm::changed);
    connect(m_serializable, &QCheckBox::toggled, this, &ConnectionForm::changed);
    connect(m_grpc, &QCheckBox::toggled, this, &ConnectionForm::changed);
    return page;
}

QWidget *ConnectionForm::lookPage()
{
    auto *page = new QWidget;
    auto *form = new QFormLayout(page);
    m_colour = addLine(form, tr("&Colour:"), "colour", tr("#rrggbb, for the window's connection bar"));
    m_colour->setPlaceholderText(QStringLiteral("#rrggbb"));
    m_schema = addFile(form, tr("&Schema file:"), "schemaFile", tr("Empty: one beside the settings"));
    form->addRow(QString(), note(tr("The colour of the safety level is shown in any case.")));
    return page;
}

void ConnectionForm::setOptions(const core::ConnectionOptions &options)
{
    {
        const QSignalBlocker quiet(this);
        m_verify = options.tls.verify;
        m_givenProxy = options.proxy;
        m_user->setText(options.user);
        m_password->setText(options.password);
        m_ca->setText(options.tls.caFile);
        m_cert->setText(options.tls.certFile);
        m_key->setText(options.tls.keyFile);
        m_pkcs12->setText(options.tls.pkcs12File);
        m_keyPassword->setText(QString::fromUtf8(options.tls.keyPassword));
        m_serverName->setText(options.tls.serverName);
        m_trusted->clear();
        for (const QByteArray &fingerprint : options.tls.trustedFingerprints)
            m_trusted->addItem(QString::fromLatin1(fingerprint.toHex(':')));
        m_prefix->setText(prefixText(options.prefix));
        m_ssh->setText(options.ssh.destination);
        m_sshPort->setValue(options.ssh.port);
        m_sshIdentity->setText(options.ssh.identityFile);
        m_proxy->setText(core::proxyText(options.proxy));
        m_proxyPassword->setText(options.proxy.password());
        m_connectTimeout->setText(durationText(options.connectTimeout));
        m_requestTimeout->setText(durationText(options.requestTimeout));
        m_serializable->setChecked(options.serializableReads);
        m_grpc->setChecked(options.grpc);
    }
    Q_EMIT changed();
}

core::Result<core::ConnectionOptions> ConnectionForm::applyTo(core::ConnectionOptions options) const
{
    const auto text = [](const QLineEdit *line) { return line->text().trimmed(); };
    options.user = text(m_user);
    options.password = options.user.isEmpty() ? QString() : m_password->text();
    options.tls = {};
    options.tls.verify = m_verify;
    options.tls.caFile = text(m_ca);
    options.tls.certFile = text(m_cert);
    options.tls.keyFile = text(m_key);
    options.tls.pkcs12File = text(m_pkcs12);
    options.tls.keyPassword = m_keyPassword->text().toUtf8();
    options.tls.serverName = text(m_serverName);
    for (int i = 0; i < m_trusted->count(); ++i)
        options.tls.trustedFingerprints.append(QByteArray::fromHex(m_trusted->item(i)->text().toLatin1()));
    options.prefix = m_prefix->text().isEmpty() ? QByteArray() : prefixOf(m_prefix->text());
    options.ssh = {.destination = text(m_ssh),
                   .port = static_cast<quint16>(m_sshPort->value()),
                   .identityFile = text(m_sshIdentity)};
    if (!options.ssh.isUsed())
        options.ssh = {};
    // What is shown of it may be less than was given.
    if (text(m_proxy) == core::proxyText(m_givenProxy)) {
        options.proxy = m_givenProxy;
        options.setProxyPassword({});
    } else {
        const auto proxy = core::parseProxy(text(m_proxy));
        if (!proxy)
            return core::Unexpected {proxy.error()};
        options.proxy = *proxy;
    }
    if (!options.proxy.user().isEmpty() && options.proxy.password().isEmpty())
        options.setProxyPassword(m_proxyPassword->text());
    const auto connectTimeout = core::parseDuration(text(m_connectTimeout));
    const auto requestTimeout = core::parseDuration(text(m_requestTimeout));
    if (!connectTimeout || !requestTimeout)
        return wrong(tr("“%1” is no duration, such as 5s or 500ms")
                         .arg(text(connectTimeout ? m_requestTimeout : m_connectTimeout)));
    options.connectTimeout = *connectTimeout;
    options.requestTimeout = *requestTimeout;
    options.serializableReads = m_serializable->isChecked();
    options.grpc = m_grpc->isChecked();
    static const QRegularExpression colourWord(QStringLiteral("^(#[0-9a-fA-F]{6})?$"));
    if (!colourWord.match(colour()).hasMatch())
        return wrong(tr("“%1” is no colour, such as #c02020").arg(colour()));
    return options;
}

bool ConnectionForm::keepsPasswords() const
{
    return m_keep->isChecked();
}

void ConnectionForm::setKeepsPasswords(bool keeps)
{
    m_keep->setChecked(keeps);
}

QString ConnectionForm::colour() const
{
    return m_colour->text().trimmed();
}

QString ConnectionForm::schemaFile() const
{
    return m_schema->text().trimmed();
}

void ConnectionForm::setAppearance(const QString &colour, const QString &schemaFile)
{
    m_colour->setText(colour);
    m_schema->setText(schemaFile);
}

void ConnectionForm::focusSecret(SecretField field)
{
    const auto show = [this](int page, QLineEdit *line) {
        setCurrentIndex(page);
        line->setFocus(Qt::OtherFocusReason);
    };
    switch (field) {
    case SecretField::Password:
        return show(0, m_password);
    case SecretField::KeyPassword:
        return show(1, m_keyPassword);
    case SecretField::ProxyPassword:
        return show(2, m_proxyPassword);
    }
}

/// A password that was typed with the proxy goes where it is not seen.
void ConnectionForm::takeProxyPassword()
{
    const auto proxy = core::parseProxy(m_proxy->text().trimmed());
    if (!proxy || proxy->password().isEmpty())
        return;
    m_proxyPassword->setText(proxy->password());
    m_proxy->setText(core::proxyText(*proxy));
}

void ConnectionForm::removeFingerprint()
{
    delete m_trusted->currentItem();
    Q_EMIT changed();
}

} // namespace slotscope::ui
