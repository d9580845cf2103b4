using System.Net;

namespace Chokepoint.Notifications.Domain;

/// <summary>What can be said against a subscription's URL before anything is sent to it. What its name resolves to is judged at connect time.</summary>
internal static class WebhookUrl
{
    public const int LongestUrl = 2048;

    /// <summary>Why the URL is refused, or null when it may stand.</summary>
    public static string? Refuse(string? text, AddressPolicy policy, bool allowPlainHttp)
    {
        if (string.IsNullOrWhiteSpace(text)) return "A URL is needed.";
        if (text.Length > LongestUrl) return $"The URL is longer than {LongestUrl} characters.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return "The URL must be absolute, http or https.";
        if (url.Host.Length == 0) return "The URL names no host.";
        if (url.UserInfo.Length > 0) return "The URL must not carry credentials; every request is signed instead.";
        if (url.Fragment.Length > 0) return "The URL must not have a fragment; it would never be sent.";
        return RefuseHost(url, policy, allowPlainHttp);
    }

    private static string? RefuseHost(Uri url, AddressPolicy policy, bool allowPlainHttp)
    {
        // DnsSafeHost and Uri's own parsing have already turned 0x7f.1, 2130706433 and [::ffff:7f00:1] into the address they mean.
        var host = url.DnsSafeHost.TrimEnd('.');
        var address = IPAddress.TryParse(host, out var literal) ? literal : IsLocalhost(host) ? IPAddress.Loopback : null;
        if (address is not null && !policy.Permits(address))
            return $"{host} is an address that may not be called: loopback, private, link-local, metadata or otherwise not public.";
        if (url.Scheme == Uri.UriSchemeHttps || allowPlainHttp) return null;
        var couldBeAllowed = address is null ? policy.HasAllowances : policy.IsAllowance(address);
        return couldBeAllowed ? null : "The URL must be https: plain http is accepted only where the operator allows it.";
    }

    // RFC 6761 section 6.3: these names are always loopback.
    private static bool IsLocalhost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
