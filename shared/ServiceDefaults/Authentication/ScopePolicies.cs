using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chokepoint.ServiceDefaults;

/// <summary>The scope that an endpoint asks for.</summary>
internal sealed record ScopeRequirement(string Scope) : IAuthorizationRequirement;

internal sealed class ScopeHandler : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.HasClaim(ApiKeyAuthentication.ScopeClaim, requirement.Scope))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>Answers a refusal as a problem that names the scope that is missing (RFC 6750 section 3.1, <c>insufficient_scope</c>).</summary>
internal sealed class ScopeRefusal : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _otherwise = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext http, AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        if (!result.Forbidden)
        {
            await _otherwise.HandleAsync(next, http, policy, result);
            return;
        }
        var scope = result.AuthorizationFailure?.FailedRequirements.OfType<ScopeRequirement>().FirstOrDefault()?.Scope;
        http.Response.Headers.WWWAuthenticate = $"Bearer realm=\"chokepoint\", error=\"insufficient_scope\", scope=\"{scope}\"";
        await Problems.Of(ProblemKind.Forbidden, $"The key {http.User.Identity?.Name} lacks the scope {scope}.").ExecuteAsync(http);
    }
}

internal static class KeyAuthenticationExtensions
{
    /// <summary>Keys with scopes; one policy per scope, named like it; what asks for nothing still needs a valid key.</summary>
    public static IServiceCollection AddKeyAuthentication(this IServiceCollection services)
    {
        services.TryAddSingleton<ApiKeys>();
        // Not AddAuthentication: it brings data protection along, which writes a key ring to disk for cookies that there are none of.
        services.AddWebEncoders();
        services.AddTransient<ApiKeyAuthentication>();
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = ApiKeyAuthentication.SchemeName;
            options.AddScheme<ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, displayName: null);
        });
        services.AddSingleton<IAuthorizationHandler, ScopeHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, ScopeRefusal>();
        services.AddAuthorization(options =>
        {
            options.FallbackPolicy = options.DefaultPolicy;
            foreach (var scope in Scopes.All)
                options.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().AddRequirements(new ScopeRequirement(scope)));
        });
        return services;
    }
}
