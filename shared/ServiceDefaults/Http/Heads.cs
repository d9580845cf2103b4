using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Chokepoint.ServiceDefaults;

/// <summary>HEAD where GET is (RFC 9110 section 9.1). The server leaves the body out; what else is answered is as of GET.</summary>
public static class Heads
{
    private static readonly HttpMethodMetadata GetAndHead = new([HttpMethods.Get, HttpMethods.Head]);

    /// <summary>Every endpoint here that answers GET answers HEAD too.</summary>
    public static TBuilder WithHead<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Add(endpoint =>
        {
            for (var i = 0; i < endpoint.Metadata.Count; i++)
            {
                if (endpoint.Metadata[i] is HttpMethodMetadata { HttpMethods: ["GET"] }) endpoint.Metadata[i] = GetAndHead;
            }
        });
        return endpoints;
    }
}
